import { type Engine, type EngineOptions, startEngine } from "../engine/mod.ts";
import { LocalBackend, type LocalBackendOptions } from "./local/mod.ts";

/** Options of an engine that runs a bundle on this machine. */
export interface LocalEngineOptions extends LocalBackendOptions, EngineOptions {}

/**
 * Loads a model bundle and starts an engine that runs it on this machine, on two worker threads.
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
