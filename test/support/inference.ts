import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { LocalBackend } from "../../src/backends/local/mod.ts";
import { InferenceProcess } from "../../src/backends/local/process/inference-process.ts";
import { launchInference } from "../../src/backends/local/process/launch.ts";
import { type Engine, type EngineError, startEngine } from "../../src/engine/mod.ts";
import { COMPILED } from "./build.ts";
import { TINY_BUNDLE } from "./bundles.ts";

/** A compiled module, as a string of JavaScript. */
export const compiled = (path: string) => JSON.stringify(pathToFileURL(join(COMPILED, path)).href);

/** A vision worker that hangs for ever at the first unit of a stream, but not at that of the trial. */
const HANGING_WORKER = `
  const { parentPort } = require("node:worker_threads");
  import(${compiled("vision/vision-worker.js")}).then(() =>
    parentPort.on("message", ({ type, stream }) => {
      if (type === "unit" && stream !== "trial") for (;;);
    }),
  );`;

/** An inference process with such a worker. */
export const HANGING_PROCESS = `
  import { Worker } from "node:worker_threads";
  import { serveInference } from ${compiled("backends/local/process/inference-server.js")};
  import { SPAWN_WORKERS } from ${compiled("backends/local/worker-pair.js")};
  const vision = (setup) => new Worker(${JSON.stringify(HANGING_WORKER)}, {
    eval: true,
    workerData: setup,
    transferList: [setup.publish],
  });
  serveInference({ ...SPAWN_WORKERS, vision });`;

/** Starts a module in place of an inference process. */
export async function launchModule(path: string): Promise<ChildProcess> {
  const child = spawn(process.execPath, [path], {
    serialization: "advanced",
    stdio: ["ignore", "inherit", "pipe", "ipc"],
  });
  await once(child, "spawn");
  return child;
}

/** An engine whose model runs in processes of its own. */
export interface IsolatedEngine extends AsyncDisposable {
  readonly engine: Engine;
  /** Every process that was started for it, the first one first. */
  readonly processes: readonly ChildProcess[];
  /** What it told of backends that died. */
  readonly deaths: readonly EngineError[];
}

/**
 * @param first starts the first process; default: as the product does
 * @param hangMs default: so long that nothing counts as hanging
 */
export async function startIsolatedEngine({
  first = launchInference,
  hangMs = 60_000,
}: {
  readonly first?: () => Promise<ChildProcess>;
  readonly hangMs?: number;
} = {}): Promise<IsolatedEngine> {
  const processes: ChildProcess[] = [];
  const deaths: EngineError[] = [];
  const launch = async () => {
    const child = await (processes.length === 0 ? first : launchInference)();
    processes.push(child);
    return child;
  };
  const engine = await startEngine(
    () =>
      LocalBackend.start({ model: TINY_BUNDLE }, (setup, listener) =>
        InferenceProcess.start({ ...setup, hangMs }, listener, launch),
      ),
    { minUptimeMs: 0, onWorkerDeath: (error) => deaths.push(error) },
  );
  return { engine, processes, deaths, [Symbol.asyncDispose]: () => engine.close() };
}
