import { type Engine, type EngineOptions, startEngine } from "../engine/mod.ts";
import { LocalBackend, type LocalBackendOptions } from "./local/mod.ts";
import type { OpenAiBackendOptions } from "./openai/mod.ts";

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

/** Options of an engine that uses a model on an OpenAI-compatible server. */
export interface RemoteEngineOptions extends OpenAiBackendOptions, EngineOptions {}

/**
 * Starts an engine that uses a model on an OpenAI-compatible server: llama.cpp, vLLM, SGLang, Ollama or a cloud. At its
 * start it measures what the server can do, and chooses how often and how large frames are looked at.
 *
 * @example
 * ```ts
 * const engine = await createRemoteEngine({ baseUrls: ["http://127.0.0.1:8000/v1"] });
 * console.log(engine.model.chosenBecause);
 * ```
 * @throws {RemoteError} when the server cannot be used
 */
export async function createRemoteEngine(options: RemoteEngineOptions): Promise<Engine> {
  const { OpenAiBackend } = await import("./openai/mod.ts");
  return await startEngine(() => OpenAiBackend.start(options), options);
}
