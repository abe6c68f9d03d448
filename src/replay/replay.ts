import { Observable, Subscription } from "rxjs";
import { type Engine, EngineError, type EngineStream, type StreamOptions } from "../engine/mod.ts";
import { IngestError, openVideo } from "../ingest/mod.ts";
import type { ServerEvent } from "../protocol/mod.ts";
import { Outbox } from "../session/outbox.ts";
import { SessionCounters } from "../session/session-counters.ts";
import type { ScheduledQuestion } from "./scheduled-question.ts";

export interface ReplayOptions {
  readonly engine: Engine;
  /** A video file, or an http(s), HLS or RTSP URL. */
  readonly input: string;
  /** `realtime`: as a camera would bring it; `max`: as fast as the machine can. */
  readonly pace: "realtime" | "max";
  readonly questions?: readonly ScheduledQuestion[];
  readonly stream?: StreamOptions;
  /** Ends the replay early, as if the video ended there. */
  readonly signal?: AbortSignal;
}

/**
 * Plays a video through the engine and tells what is thought, in the events of the WebSocket protocol: responses as
 * they come, then `session.stats` and `session.closed`. What goes wrong is an `error` event, and `session.closed`
 * has the reason `failed`.
 *
 * @example
 * ```ts
 * replay({ engine, input: "street.mp4", pace: "max" }).subscribe((event) => console.log(JSON.stringify(event)));
 * ```
 * @throws {EngineError} on subscription, for options out of range
 */
export function replay(options: ReplayOptions): Observable<ServerEvent> {
  return new Observable<ServerEvent>((subscriber) => {
    const { engine, input, pace } = options;
    const outbox = new Outbox();
    const counters = new SessionCounters(performance.now());
    const stream = engine.openStream(options.stream);
    const work = new Subscription();
    const asker = new Asker(stream, outbox, options.questions ?? []);
    let failed = false;

    const fail = (error: unknown) => {
      failed = true;
      if (!(error instanceof IngestError || error instanceof EngineError)) throw error;
      outbox.problem({ code: error.code, message: error.message, fatal: true });
    };
    const finish = () => {
      outbox.stats(counters.snapshot(performance.now()));
      outbox.closed(failed ? "failed" : "completed", counters.totals(stream.totals));
      outbox.complete();
    };

    work.add(outbox.events$.subscribe(subscriber));
    work.add(
      stream.events$.subscribe({
        next: (event) => {
          counters.engineEvent(event, performance.now());
          if (event.type === "stream.failed") failed = true;
          if (event.type !== "stream.ended") outbox.engine(event);
        },
        complete: finish,
      }),
    );
    const { width, height, fps } = engine.model;
    const frames$ = openVideo(input, {
      width,
      height,
      fps,
      pace,
      ready$: stream.ready$,
      ...(options.signal && { signal: options.signal }),
    });
    const end = () => {
      asker.rest();
      stream.end();
    };
    work.add(
      frames$.subscribe({
        next: (frame) => {
          counters.frameArrived(performance.now());
          stream.push(frame);
          asker.at(frame.mediaTimeMs);
        },
        error: (error: unknown) => {
          const stopped = error instanceof IngestError && error.code === "aborted";
          if (!stopped) fail(error);
          end();
        },
        complete: end,
      }),
    );
    return () => {
      work.unsubscribe();
      void stream.close();
    };
  });
}

/** Asks each question when its time has come. */
class Asker {
  private waiting: readonly ScheduledQuestion[];

  constructor(
    private readonly stream: EngineStream,
    private readonly outbox: Outbox,
    questions: readonly ScheduledQuestion[],
  ) {
    this.waiting = questions;
  }

  at(mediaTimeMs: number): void {
    const due = this.waiting.filter(({ atMs }) => atMs !== null && atMs <= mediaTimeMs);
    if (due.length === 0) return;
    this.waiting = this.waiting.filter((question) => !due.includes(question));
    for (const { text } of due) this.ask(text, "now");
  }

  /** The video has ended: what is left is asked about all of it. */
  rest(): void {
    for (const { text } of this.waiting) this.ask(text, "end");
    this.waiting = [];
  }

  private ask(text: string, when: "now" | "end"): void {
    try {
      this.outbox.asked(this.stream.ask(text, when), { question: text });
    } catch (error) {
      if (!(error instanceof EngineError)) throw error;
      this.outbox.problem({ code: error.code, message: `"${text}": ${error.message}` });
    }
  }
}
