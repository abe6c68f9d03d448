import type { ProbedServer, ProbeServerOptions, RemoteModelOptions } from "./openai/mod.ts";

/**
 * Measures what an OpenAI-compatible server can do, and plans what would be done with it.
 *
 * @throws {RemoteError} when it cannot be used
 * @example
 * ```ts
 * const { found, because } = await probeServer({ baseUrls: ["http://127.0.0.1:8000/v1"] });
 * console.log(found.cache, because);
 * ```
 */
export async function probeServer(
  server: RemoteModelOptions,
  options: ProbeServerOptions = {},
): Promise<ProbedServer> {
  const openai = await import("./openai/mod.ts");
  return await openai.probeServer(server, options);
}
