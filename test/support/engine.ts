import { createEngine, type LocalEngineOptions } from "../../src/backends/mod.ts";
import type { Engine } from "../../src/engine/mod.ts";
import { TINY_BUNDLE } from "./bundles.ts";

/** A real engine on the tiny bundle, closed with `await using`. */
export async function startTinyEngine(
  options: Partial<LocalEngineOptions> = {},
): Promise<Engine & AsyncDisposable> {
  const engine = await createEngine({ model: TINY_BUNDLE, ...options });
  return Object.assign(engine, { [Symbol.asyncDispose]: () => engine.close() });
}
