import { type Engine, type EngineOptions, startEngine } from "../engine/mod.ts";
import { LocalBackend, type LocalBackendOptions } from "./local/mod.ts";

/** How a bundle runs on this machine, and how its streams are kept. */
export interface LocalEngineOptions extends LocalBackendOptions, EngineOptions {}

/**
 * Loads a bundle and starts its two workers.
 *
 * @example
 * ```ts
 * const engine = await createEngine({ model: BUNDLED_MODEL });
 * const stream = engine.openStream();
 * stream.events$.subscribe(console.log);
 * ```
 * @throws {ModelError} when the bundle cannot be used
 */
export function createEngine(options: LocalEngineOptions): Promise<Engine> {
  return startEngine(() => LocalBackend.start(options), options);
}
