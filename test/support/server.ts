import sharp from "sharp";
import type { Engine } from "../../src/engine/types.ts";
import { createServer, type Server, type ServerOptions } from "../../src/server/mod.ts";
import { type Script, ScriptedEngine } from "./scripted-engine.ts";

/** Starts a server on a free port, on any engine. `await using` closes both. */
export async function startServer<E extends Engine>(
  engine: E,
  options: Omit<ServerOptions, "engine"> = {},
): Promise<Server & { readonly engine: E } & AsyncDisposable> {
  const { limits, ...rest } = options;
  const server = await createServer({ engine, port: 0, limits: { shutdownMs: 0, ...limits }, ...rest });
  return {
    ...server,
    engine,
    [Symbol.asyncDispose]: async () => {
      await server.close();
      await engine.close();
    },
  };
}

/** Starts a server on an engine that plays a script. */
export function startScriptedServer(script: Script = {}, options: Omit<ServerOptions, "engine"> = {}) {
  return startServer(new ScriptedEngine(script), options);
}

/** An encoded picture of one colour. */
export function picture(
  format: "jpeg" | "png" | "webp" = "jpeg",
  { width = 64, height = 48, colour = "#336699" } = {},
): Promise<Buffer> {
  return sharp({ create: { width, height, channels: 3, background: colour } })
    .toFormat(format)
    .toBuffer();
}

/** Waits until a condition holds, by checking it again and again. */
export async function until(what: string, holds: () => boolean, patienceMs = 60_000): Promise<void> {
  const deadline = performance.now() + patienceMs;
  while (!holds()) {
    if (performance.now() > deadline)
      throw new Error(`This did not happen within ${patienceMs} ms: ${what}.`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
