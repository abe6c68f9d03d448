import type { Engine, EngineEvent, SkipReason } from "../../src/engine/mod.ts";
import { RgbFrame } from "../../src/ingest/mod.ts";
import { abortable } from "../lib/abortable.ts";
import { percentile } from "../lib/statistics.ts";
import { movingPictures, PICTURES } from "./moving-pictures.ts";

/** What one camera and its questions came to in one minute. */
export interface LiveMinute {
  readonly minute: number;
  readonly units: number;
  readonly droppedFrames: number;
  readonly thoughts: number;
  readonly skipped: Partial<Record<SkipReason, number>>;
  readonly answers: number;
  /** Tokens that were generated, by the narrator and by answerers. */
  readonly tokens: { readonly thoughts: number; readonly answers: number };
  /** From the arrival of a unit's last frame until it can be looked at (ms). */
  readonly seenMs: { readonly p50: number; readonly p95: number };
  /** From the arrival of a unit's last frame to the first token about it, or to the decision to say nothing (ms). */
  readonly ttftMs: { readonly p50: number; readonly p95: number };
  /** From a question to the first and to the last token of its answer (ms). */
  readonly answerMs: { readonly first: number; readonly firstP95: number; readonly done: number };
  /** Resident memory of the process at its end (MB). */
  readonly rssMb: number;
}

export interface LiveOptions {
  readonly minutes: number;
  readonly questionsPerMinute: number;
  readonly signal: AbortSignal;
  readonly onMinute: (minute: LiveMinute) => void;
}

/** Random weights never end a thought or an answer by themselves. These are the lengths of usual ones. */
const THOUGHT_TOKENS = 12;
const ANSWER_TOKENS = 40;
const QUESTION = "How many people are in the picture, and what are they doing?";

/** Lets a model watch one camera at real pace, and asks it questions meanwhile. */
export async function watchLive(engine: Engine, options: LiveOptions): Promise<void> {
  const { signal } = options;
  const { fps } = engine.model;
  const pictures = movingPictures(engine.model.width, engine.model.height);
  const stream = engine.openStream({
    ...{ thoughtTokens: THOUGHT_TOKENS, answerTokens: ANSWER_TOKENS },
    // Chosen greedily, they would say the same for ever.
    ...{ temperature: 1, seed: 1 },
  });
  let minute = new MinuteCount();
  let failed: Error | null = null;
  const subscription = stream.events$.subscribe((event) => {
    if (event.type === "stream.failed") failed = new Error(event.message);
    minute.note(event);
  });
  const startedAt = performance.now();
  try {
    for (let seq = 0, asked = 0, done = 0; done < options.minutes; seq++) {
      await abortable(sleepUntil(startedAt + (1000 * seq) / fps), signal);
      if (failed !== null) throw failed;
      const stamp = { seq, mediaTimeMs: (1000 * seq) / fps, arrivedAtMs: performance.now() };
      stream.push(new RgbFrame(stamp, pictures[seq % PICTURES]!));
      const minutes = (performance.now() - startedAt) / 60_000;
      // The first question comes when there is something to ask about.
      if (minutes * options.questionsPerMinute > asked + 0.5) {
        stream.ask(QUESTION);
        asked++;
      }
      if (minutes < done + 1) continue;
      options.onMinute(minute.figures(++done));
      minute = new MinuteCount();
    }
  } finally {
    subscription.unsubscribe();
    await stream.close();
  }
}

class MinuteCount {
  private readonly seen: number[] = [];
  private readonly ttft: number[] = [];
  private readonly first: number[] = [];
  private readonly done: number[] = [];
  private readonly skipped: Partial<Record<SkipReason, number>> = {};
  private readonly tokens = { thoughts: 0, answers: 0 };
  private dropped = 0;
  private thoughts = 0;

  note(event: EngineEvent): void {
    switch (event.type) {
      case "unit.seen":
        this.seen.push(event.encoded.finishedAtMs - event.arrivedAtMs);
        break;
      case "frame.dropped":
        this.dropped++;
        break;
      case "thought.done":
        this.ttft.push(event.ttftMs);
        this.tokens.thoughts += event.tokens;
        if (event.skipReason === null) this.thoughts++;
        else this.skipped[event.skipReason] = (this.skipped[event.skipReason] ?? 0) + 1;
        break;
      case "answer.done":
        this.first.push(event.firstMs);
        this.done.push(event.doneMs);
        this.tokens.answers += event.tokens.answer;
    }
  }

  figures(minute: number): LiveMinute {
    const of = (values: readonly number[]) => ({
      p50: percentile(values, 0.5),
      p95: percentile(values, 0.95),
    });
    return {
      minute,
      units: this.seen.length,
      droppedFrames: this.dropped,
      thoughts: this.thoughts,
      skipped: this.skipped,
      answers: this.done.length,
      tokens: this.tokens,
      seenMs: of(this.seen),
      ttftMs: of(this.ttft),
      answerMs: {
        first: of(this.first).p50,
        firstP95: of(this.first).p95,
        done: of(this.done).p50,
      },
      rssMb: Math.round(process.memoryUsage().rss / 1e6),
    };
  }
}

function sleepUntil(atMs: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, Math.max(0, atMs - performance.now())));
}
