import { IdleGarbage } from "../../../worker/mod.ts";
import type { LocalPortListener } from "../port.ts";
import { SPAWN_WORKERS, type SpawnWorkers, WorkerPair } from "../worker-pair.ts";
import type { FromInference, InferenceSetup, ToInference } from "./messages.ts";

/** How long the main process may take to kill this one, before this one does it itself (ms). */
const KILL_PATIENCE_MS = 1000;

/** Ends this process, even while a worker computes or hangs. There is nothing in it to save. */
const end = () => process.kill(process.pid, "SIGKILL");

/**
 * Runs in the main thread of an inference process: starts the two workers and passes messages on. It never computes, so
 * it always notices when a worker hangs, and when the main process is gone. Then this process ends, too.
 *
 * @param spawn starts the workers
 */
export function serveInference(spawn: SpawnWorkers = SPAWN_WORKERS): void {
  process.title = "thinkalong-inference";
  // Ctrl-C and service managers signal the whole group. When this process ends is for the main process to say.
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => {});
  const garbage = new IdleGarbage();
  const streams = new Set<string>();
  let pair: WorkerPair;
  const outbox: FromInference[] = [];
  const flush = () => {
    // What cannot be sent is no loss: when the main process is gone, so is this one.
    process.send!(outbox.splice(0), undefined, undefined, () => {});
  };
  /** One step of a worker has reports about many streams. They go together. */
  const send = (message: FromInference) => {
    if (outbox.push(message) === 1) setImmediate(flush);
  };

  process.on("disconnect", end);
  process.on("message", (message: ToInference) => {
    switch (message.type) {
      case "ping":
        send({ type: "pong" });
        return;
      case "start":
        void start(message.setup);
        return;
      case "open":
        garbage.busy();
        streams.add(message.stream);
        pair.send(message);
        return;
      case "unit": {
        // In a buffer of their own, which can be transferred. In that of the message there may be others.
        const frames = new Uint8Array(message.unit.frames);
        pair.send({ ...message, unit: { ...message.unit, frames } });
        return;
      }
      default:
        pair.send(message);
    }
  });

  const fail = (message: string) => {
    send({ type: "failed", message });
    setTimeout(end, KILL_PATIENCE_MS);
  };
  const listener: LocalPortListener = {
    onReport: (stream, report) => send({ type: "report", stream, report }),
    onClosed: (stream) => {
      send({ type: "closed", stream });
      streams.delete(stream);
      if (streams.size === 0) garbage.idle();
    },
    onFigures: (figures) => {
      const { user, system } = process.cpuUsage();
      const own = { cpuMs: (user + system) / 1000, residentBytes: process.memoryUsage.rss() };
      send({ type: "figures", figures: { ...figures, process: own } });
    },
    onDeath: (error) => fail(error.message),
  };

  async function start(setup: InferenceSetup): Promise<void> {
    try {
      pair = await WorkerPair.start(setup, listener, spawn);
      send({ type: "ready", measured: pair.measured });
    } catch (error) {
      const { name, message, code } = error as Error & { readonly code?: string };
      send({ type: "refused", name, code, message });
    }
  }
}
