import { once } from "node:events";
import type { TransferListItem, Worker } from "node:worker_threads";
import { Watch } from "./watch.ts";

/**
 * How many times as long as its slowest answer so far a worker may be silent. It answers between two steps, and a step of
 * a large model takes seconds.
 */
const SLOWEST_TIMES = 20;

export interface HostOptions<Report> {
  /** Takes every report but the first, and but those that answer the watch. */
  readonly onReport: (report: Report) => void;
  /** The worker has ended by itself. */
  readonly onDeath: (error: Error) => void;
  /** Watches whether the worker still goes from step to step; default: nobody does. */
  readonly watch?: WorkerWatch<Report> | undefined;
}

interface WorkerWatch<Report> {
  /** How long the worker may not answer (ms); longer where its steps are slow. */
  readonly hangMs: number;
  /** How long a step takes, as far as its first report says that (ms). */
  readonly stepMs: (ready: Report) => number;
  readonly onHang: (silentMs: number) => void;
}

/**
 * The main thread's end of a worker. The first report must have the type `ready`. A worker answers the request `ping`
 * with the report `pong`, between two steps.
 *
 * A worker is never terminated, because terminating it during inference aborts the whole process. It is asked to stop,
 * and ends by itself between two steps. So a worker that hangs can only be got rid of with its process.
 */
export class WorkerHost<Request, Report extends { readonly type: string }> {
  private alive = true;
  /** Its first report, with which it said that it was ready. */
  ready!: Report;

  private constructor(private readonly worker: Worker) {}

  /** Resolves once the worker is ready; rejects with its error when it ends before. */
  static async start<Request, Report extends { readonly type: string }>(
    worker: Worker,
    { onReport, onDeath, watch: watched }: HostOptions<Report>,
  ): Promise<WorkerHost<Request, Report>> {
    const host = new WorkerHost<Request, Report>(worker);
    const watch =
      watched &&
      new Watch({
        ping: () => worker.postMessage({ type: "ping" }),
        hangMs: watched.hangMs,
        slowestTimes: SLOWEST_TIMES,
        onSilence: watched.onHang,
      });
    worker.once("exit", () => watch?.close());
    host.ready = await new Promise<Report>((ready, failed) => {
      let started = false;
      const ended = (error: Error) => {
        if (!host.alive) return;
        host.alive = false;
        if (started) onDeath(error);
        else failed(error);
      };
      worker.on("message", (report: Report) => {
        if (report.type === "pong") return watch?.answered();
        if (started) return onReport(report);
        started = true;
        watch?.started(watched!.stepMs(report));
        ready(report);
      });
      worker.on("error", ended);
      worker.on("exit", (code) => ended(new Error(`The worker ended with code ${code}.`)));
    });
    return host;
  }

  send(request: Request, transferList: TransferListItem[] = []): void {
    if (this.alive) this.worker.postMessage(request, transferList);
  }

  /** Asks the worker to stop and waits until it has. */
  async stop(request: Request): Promise<void> {
    if (!this.alive) return;
    const exit = once(this.worker, "exit");
    this.send(request);
    this.alive = false;
    await exit;
  }
}
