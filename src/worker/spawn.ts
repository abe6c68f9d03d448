import { type TransferListItem, Worker } from "node:worker_threads";

/** Loads TypeScript in a worker: a checkout runs from source, and a worker on Node 20 inherits no loader. */
const FROM_SOURCE = (url: URL) =>
  `import("tsx/esm/api").then(({ register }) => { register(); return import(${JSON.stringify(url.href)}); });`;

/**
 * Starts a worker from a module beside its caller: from the TypeScript source in a checkout, from the built file in a
 * package. The inference runtime is loaded by workers alone, and is kept from telling anybody how it is used.
 *
 * @param base the caller's `import.meta.url`
 * @param name the module's name without its file extension
 */
export function spawnWorker(
  base: string,
  name: string,
  workerData: unknown,
  transferList: TransferListItem[],
): Worker {
  // ONNX Runtime 1.30 can report to its maker over the network. It looks at the environment of the process when it is loaded,
  // and a worker cannot change that.
  process.env.ORT_DISABLE_TELEMETRY = "1";
  const options = { workerData, transferList };
  if (!base.endsWith(".ts")) return new Worker(new URL(`./${name}.js`, base), options);
  return new Worker(FROM_SOURCE(new URL(`./${name}.ts`, base)), { ...options, eval: true, execArgv: [] });
}
