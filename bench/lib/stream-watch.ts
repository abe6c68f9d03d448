import { EngineError, type EngineEvent, type EngineStream } from "../../src/engine/mod.ts";
import { abortable } from "./abortable.ts";

/** Listens to a stream to its end; a stream that failed is an error to whoever waits for it. */
export class StreamWatch {
  private readonly completed: Promise<void>;
  private failure: string | null = null;

  /** @param next is told every event */
  constructor(stream: EngineStream, next: (event: EngineEvent) => void) {
    this.completed = new Promise((complete) => {
      stream.events$.subscribe({
        next: (event) => {
          if (event.type === "stream.failed") this.failure = event.message;
          next(event);
        },
        complete,
      });
    });
  }

  /** Waits until the stream has ended. @throws {EngineError} when it failed; the signal's reason when aborted */
  async ended(signal: AbortSignal): Promise<void> {
    await abortable(this.completed, signal);
    this.requireWell();
  }

  /** @throws {EngineError} when the stream has failed */
  requireWell(): void {
    if (this.failure !== null) throw new EngineError("worker_failed", this.failure);
  }
}
