import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { stringify } from "yaml";
import type { Server, ServerOptions } from "../../src/server/mod.ts";
import type { Script } from "./scripted-engine.ts";
import { startScriptedServer } from "./server.ts";

/** A token of a test. Its secret is {@link secretOf} its name. */
export interface TestToken {
  readonly name: string;
  readonly scopes: readonly string[];
  readonly [field: string]: unknown;
}

export function secretOf(name: string): string {
  return `secret-of-${name}-0123456789`;
}

/** The headers of a client with a token. */
export function bearer(name: string): { headers: { authorization: string } } {
  return { headers: { authorization: `Bearer ${secretOf(name)}` } };
}

/** A token file that is removed when the test is done. */
export async function tokenFile(text: string): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), "thinkalong-tokens-"));
  onTestFinished(() => rm(dir, { recursive: true }));
  const path = join(dir, "tokens.yaml");
  await writeFile(path, text, { mode: 0o600 });
  await chmod(path, 0o600);
  return path;
}

export function tokensText(tokens: readonly TestToken[]): string {
  return stringify({
    tokens: tokens.map((token) => ({
      ...("sha256" in token ? {} : { secret: secretOf(token.name) }),
      ...token,
    })),
  });
}

/** Starts a server on a scripted engine that takes clients with these tokens only. */
export async function startGuardedServer(
  tokens: readonly TestToken[],
  options: Omit<ServerOptions, "engine" | "tokens"> = {},
  script: Script = {},
) {
  const path = await tokenFile(tokensText(tokens));
  const server = await startScriptedServer(script, { ...options, tokens: path });
  return Object.assign(server, {
    /** Replaces the tokens and lets the server read them. */
    change: async (changed: readonly TestToken[]) => {
      await writeFile(path, tokensText(changed));
      await server.reload();
    },
    path,
  });
}

/** Asks for a ticket. */
export async function ticketOf(
  { url }: Pick<Server, "url">,
  name: string,
  wishes?: object,
): Promise<{
  status: number;
  body: { ticket: string; expires_in_ms: number; error: { code: string; message: string } };
}> {
  const answer = await fetch(`${url}/v1/tickets`, {
    method: "POST",
    ...bearer(name),
    ...(wishes && { body: JSON.stringify(wishes) }),
  });
  return { status: answer.status, body: (await answer.json()) as never };
}
