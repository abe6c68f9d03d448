import { filter, firstValueFrom } from "rxjs";
import type { AnswerDone, EngineEvent, EngineStream } from "../../src/engine/mod.ts";
import { abortable } from "../lib/abortable.ts";
import { StreamWatch } from "../lib/stream-watch.ts";

/** A thought's figures (ms), without its words. */
export interface ThoughtFigures {
  readonly unit: number;
  /** When it was finished (monotonic). */
  readonly atMs: number;
  /** From the arrival of its unit's last frame to the first token about it. */
  readonly ttftMs: number;
  readonly stalenessMs: number;
  /** How long the reasoner was at it. */
  readonly reasonedMs: number;
  readonly skipped: boolean;
}

/** Keeps what a stream says about time. For streams of minutes: it grows. */
export class StreamRecord {
  readonly thoughts: ThoughtFigures[] = [];
  /** How long vision worked on each unit (ms). */
  readonly encodedMs: number[] = [];
  /** Units that were not encoded again, as nothing had changed. */
  still = 0;
  /** By the answer's id. */
  readonly answers = new Map<string, AnswerDone>();
  /** Frames of `frame.dropped` events. */
  dropped = 0;
  /** When `stream.ended` came (monotonic); NaN before. */
  endedAtMs = Number.NaN;
  private readonly watch: StreamWatch;

  constructor(readonly stream: EngineStream) {
    this.watch = new StreamWatch(stream, (event) => this.note(event));
  }

  /** Waits until the stream has ended. @throws {EngineError} when it failed; the signal's reason when aborted */
  ended(signal: AbortSignal): Promise<void> {
    return this.watch.ended(signal);
  }

  /** Waits until something is in the record. @throws {EngineError} when the stream failed; the signal's reason */
  async until(holds: () => boolean, signal: AbortSignal): Promise<void> {
    if (holds()) return;
    const heard = this.stream.events$.pipe(filter(holds));
    await abortable(firstValueFrom(heard, { defaultValue: null }), signal);
    this.watch.requireWell();
  }

  /** Asks and waits for the answer. */
  async answerTo(question: string, signal: AbortSignal): Promise<AnswerDone> {
    const id = this.stream.ask(question);
    await this.until(() => this.answers.has(id), signal);
    return this.answers.get(id)!;
  }

  private note(event: EngineEvent): void {
    switch (event.type) {
      case "unit.seen":
        this.encodedMs.push(event.encoded.finishedAtMs - event.encoded.startedAtMs);
        if (event.still) this.still++;
        break;
      case "thought.done": {
        const { unit, ttftMs, stalenessMs, skipped, reasoned } = event;
        const reasonedMs = reasoned.finishedAtMs - reasoned.startedAtMs;
        this.thoughts.push({ unit, atMs: performance.now(), ttftMs, stalenessMs, reasonedMs, skipped });
        break;
      }
      case "answer.done":
        this.answers.set(event.answer, event);
        break;
      case "frame.dropped":
        this.dropped++;
        break;
      case "stream.ended":
        this.endedAtMs = performance.now();
    }
  }
}
