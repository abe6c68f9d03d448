import { type TransferListItem, Worker } from "node:worker_threads";

/** A checkout runs from its TypeScript source, and a worker does not inherit its parent's loader on Node 20. */
const FROM_SOURCE = (url: URL) =>
  `import("tsx/esm/api").then(({ register }) => { register(); return import(${JSON.stringify(url.href)}); });`;

/**
 * Starts a worker from a module beside its caller: the source as it is in a checkout, the built file in a package.
 *
 * @param base the caller's `import.meta.url`
 * @param name module's name without its ending
 */
export function spawnWorker(
  base: string,
  name: string,
  workerData: unknown,
  transferList: TransferListItem[],
): Worker {
  const options = { workerData, transferList };
  if (!base.endsWith(".ts")) return new Worker(new URL(`./${name}.js`, base), options);
  return new Worker(FROM_SOURCE(new URL(`./${name}.ts`, base)), { ...options, eval: true, execArgv: [] });
}
