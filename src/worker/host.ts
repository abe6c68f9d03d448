import { once } from "node:events";
import type { TransferListItem, Worker } from "node:worker_threads";

/**
 * The main thread's end of a worker. The first report must have the type `ready`.
 *
 * A worker is never terminated, because terminating it during inference aborts the whole process. It is asked to stop,
 * and ends by itself between two steps.
 */
export class WorkerHost<Request, Report> {
  private alive = true;
  /** Its first report, with which it said that it was ready. */
  ready!: Report;

  private constructor(private readonly worker: Worker) {}

  /** Resolves once the worker is ready; rejects with its error when it ends before. */
  static async start<Request, Report>(
    worker: Worker,
    onReport: (report: Report) => void,
    onDeath: (error: Error) => void,
  ): Promise<WorkerHost<Request, Report>> {
    const host = new WorkerHost<Request, Report>(worker);
    host.ready = await new Promise<Report>((ready, failed) => {
      let started = false;
      const ended = (error: Error) => {
        if (!host.alive) return;
        host.alive = false;
        if (started) onDeath(error);
        else failed(error);
      };
      worker.on("message", (report: Report) => {
        if (started) return onReport(report);
        started = true;
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
