import { map, type Observable, Subject } from "rxjs";
import type { EngineEvent, StreamTotals } from "../engine/events.ts";
import type { EngineStream } from "../engine/types.ts";
import { ImageFrames, type ImageFramesOptions } from "../ingest/mod.ts";
import type { Problem } from "./problem.ts";

/** A stream of the engine with the pictures that go into it: encoded images in, engine events out. */
export class WatchedStream {
  /** The engine's events and the drops before it; completes when the engine has ended, failed or been closed. */
  readonly events$: Observable<EngineEvent>;
  /** Why pictures could not be used. */
  readonly problems$: Observable<Problem>;
  private readonly stream: EngineStream;
  private readonly images: ImageFrames;
  private readonly events = new Subject<EngineEvent>();
  private ended: "ended" | "failed" | null = null;
  private isClosed = false;

  constructor(stream: EngineStream, options: ImageFramesOptions) {
    this.stream = stream;
    this.images = new ImageFrames(options);
    this.events$ = this.events.asObservable();
    this.problems$ = this.images.errors$.pipe(
      map(({ seq, error }) => ({ code: error.code, message: `frame ${seq}: ${error.message}` })),
    );
    this.images.dropped$.subscribe((dropped) => this.events.next({ type: "frame.dropped", ...dropped }));
    stream.events$.subscribe({
      next: (event) => {
        if (event.type === "stream.failed" && event.fatal) this.ended = "failed";
        if (event.type === "stream.ended") this.ended = "ended";
        this.events.next(event);
      },
      complete: () => this.events.complete(),
    });
    this.images.frames$.subscribe({
      next: (frame) => stream.push(frame),
      complete: () => this.isClosed || stream.end(),
    });
  }

  get totals(): StreamTotals {
    return this.stream.totals;
  }

  /** How the engine has finished; null while it has not, and when it was closed under way. */
  get outcome(): "ended" | "failed" | null {
    return this.ended;
  }

  /** Takes one encoded picture, arrived now; `captureTimeMs` in the stream's own time. */
  push(image: Uint8Array, seq: number | undefined, captureTimeMs: number | undefined): void {
    this.images.push(image, {
      ...(seq === undefined ? {} : { seq }),
      ...(captureTimeMs === undefined ? {} : { mediaTimeMs: captureTimeMs }),
    });
  }

  /** @throws {EngineError} as `EngineStream.ask` does */
  ask(question: string): string {
    return this.stream.ask(question);
  }

  cancel(answer: string): void {
    this.stream.cancel(answer);
  }

  /** No more pictures: those that wait are decoded and thought about, then `stream.ended`. */
  end(): void {
    this.images.end();
  }

  /** Stops at once. */
  async close(): Promise<void> {
    if (this.isClosed) return;
    this.isClosed = true;
    this.images.close();
    await this.stream.close();
  }
}
