import { setImmediate as otherTurns } from "node:timers/promises";
import { parentPort, workerData } from "node:worker_threads";
import { HistoryError } from "./errors.ts";
import type { Asked, FromHistory, HistorySetup, ToHistory } from "./messages.ts";
import { HistoryStore } from "./store.ts";

/** How often it is looked whether something is too old or too much (ms). */
const TRIM_MS = 60_000;

const port = parentPort!;
const tell = (report: FromHistory) => port.postMessage(report);

/** Writes what it is told, answers what it is asked, one after the other, and deletes what is too old in between. */
class HistoryWorker {
  private trimming: Promise<void> = Promise.resolve();
  private readonly timer: NodeJS.Timeout;
  private isStopping = false;

  constructor(
    private readonly store: HistoryStore,
    private readonly setup: HistorySetup,
  ) {
    this.timer = setInterval(() => this.startTrim(), TRIM_MS);
    this.startTrim();
  }

  take(request: ToHistory): void {
    switch (request.type) {
      case "write":
        this.write(request);
        break;
      case "ask":
        this.answer(request).then(
          (answer) => tell({ type: "answer", id: request.id, answer }),
          (error: Error) => tell({ type: "failed", id: request.id, message: error.message }),
        );
        break;
      case "stop":
        void this.stop();
    }
  }

  private write({ batch, changes }: Extract<ToHistory, { type: "write" }>): void {
    const sinceMs = performance.now();
    try {
      this.store.write(batch, changes);
      tell({ type: "written", batch, tookMs: performance.now() - sinceMs });
    } catch (error) {
      tell({ type: "unwritten", batch, message: (error as Error).message });
    }
  }

  private async answer({ question, ask }: Asked): Promise<unknown> {
    const { store } = this;
    switch (question) {
      case "search":
        return store.search(ask);
      case "summary":
        return store.summary(ask);
      case "picture":
        return store.picture(ask.stream, ask.number);
      case "events":
        return store.eventsBetween(ask.stream, ask.after, ask.before, ask.most);
      case "info":
        return store.info();
      case "forget": {
        const steps = store.forget(ask);
        for (let step = steps.next(); ; step = steps.next()) {
          if (step.done) return step.value;
          await otherTurns();
        }
      }
    }
  }

  private startTrim(): void {
    const sooner = this.trimming;
    this.trimming = sooner
      .then(() => this.trim())
      .catch((error: Error) => {
        tell({ type: "trouble", message: `What is too old could not be deleted (${error.message}).` });
      });
  }

  private async trim(): Promise<void> {
    while (!this.isStopping && this.store.trim(this.setup.retention)) await otherTurns();
  }

  private async stop(): Promise<void> {
    this.isStopping = true;
    clearInterval(this.timer);
    await this.trimming;
    try {
      this.store.close();
    } catch (error) {
      tell({ type: "trouble", message: `It could not be closed (${(error as Error).message}).` });
    }
    port.close();
  }
}

const setup = workerData as HistorySetup;
try {
  const store = await HistoryStore.open(setup.path, setup.run);
  const worker = new HistoryWorker(store, setup);
  port.on("message", (request: ToHistory) => worker.take(request));
  tell({ type: "ready", opened: store.opened });
} catch (error) {
  const { code, message } =
    error instanceof HistoryError ? error : { code: "history_unusable" as const, message: String(error) };
  tell({ type: "refused", code, message });
  port.once("message", () => port.close());
}
