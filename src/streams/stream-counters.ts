import type { EngineEvent, SkipReason, StreamCaches, StreamTotals } from "../engine/mod.ts";
import type { DropReason } from "../ingest/mod.ts";
import { type SessionStats, toCacheStats } from "../protocol/mod.ts";
import { SlidingWindow } from "./sliding-window.ts";
import { UsageCounter } from "./usage-counter.ts";

const WINDOW_MS = 30_000;
const SAMPLES = 1024;

/** Counts that only the engine has, because it does not emit an event for every eviction. */
export type Evictions = Pick<StreamTotals, "visualUnitsEvicted" | "textTokensEvicted">;

/** What an earlier stream of the same name had counted. */
export interface StreamCounts
  extends Pick<
    SessionStats,
    | "frames_in"
    | "frames_dropped"
    | "units"
    | "units_unfamiliar"
    | "thoughts"
    | "skips"
    | "skip_reasons"
    | "answers"
  > {
  readonly reasoning_tokens: number;
}

const NO_EVICTIONS: Evictions = { visualUnitsEvicted: 0, textTokensEvicted: 0 };

/**
 * The counters of a stream. `session.stats` and the totals of `session.closed` are both made from them, so they agree.
 * All times are monotonic (ms).
 */
export class StreamCounters {
  private readonly startedAtMs: number;
  private readonly dropped: Record<DropReason, number> = { busy: 0, rate: 0, duplicate: 0, decode_error: 0 };
  private readonly skipReasons: Record<SkipReason, number> = {
    nothing_new: 0,
    still: 0,
    repeated: 0,
    late: 0,
    limited: 0,
    unavailable: 0,
  };
  private readonly usage = {
    narrator: new UsageCounter(WINDOW_MS, SAMPLES),
    answers: new UsageCounter(WINDOW_MS, SAMPLES),
  };
  private readonly arrivals = new SlidingWindow(WINDOW_MS, SAMPLES);
  private readonly tokens = new SlidingWindow(WINDOW_MS, SAMPLES);
  private readonly ttft = new SlidingWindow(WINDOW_MS, SAMPLES);
  private readonly skip = new SlidingWindow(WINDOW_MS, SAMPLES);
  private stalenessMs: number | null = null;
  private framesIn = 0;
  private units = 0;
  private unfamiliarUnits = 0;
  private thoughts = 0;
  private skips = 0;
  private answers = 0;
  private reasoningTokens = 0;

  /** @param before what is counted on from; default: nothing */
  constructor(nowMs: number, before: StreamCounts | null = null) {
    this.startedAtMs = nowMs;
    if (before === null) return;
    Object.assign(this.dropped, before.frames_dropped);
    Object.assign(this.skipReasons, before.skip_reasons);
    this.framesIn = before.frames_in;
    this.units = before.units;
    this.unfamiliarUnits = before.units_unfamiliar;
    this.thoughts = before.thoughts;
    this.skips = before.skips;
    this.answers = before.answers;
    this.reasoningTokens = before.reasoning_tokens;
  }

  /** What was counted until now, for a stream that goes on from here. */
  get counts(): StreamCounts {
    return {
      frames_in: this.framesIn,
      frames_dropped: { ...this.dropped },
      units: this.units,
      units_unfamiliar: this.unfamiliarUnits,
      thoughts: this.thoughts,
      skips: this.skips,
      skip_reasons: { ...this.skipReasons },
      answers: this.answers,
      reasoning_tokens: this.reasoningTokens,
    };
  }

  /** Counts since the start of the stream. Drops include those of the source, before the engine. */
  totals(evictions: Evictions = NO_EVICTIONS): StreamTotals {
    const { visualUnitsEvicted, textTokensEvicted } = evictions;
    return {
      framesIn: this.framesIn,
      framesDropped: Object.values(this.dropped).reduce((sum, dropped) => sum + dropped, 0),
      units: this.units,
      unfamiliarUnits: this.unfamiliarUnits,
      thoughts: this.thoughts,
      skips: this.skips,
      answers: this.answers,
      reasoningTokens: this.reasoningTokens,
      visualUnitsEvicted,
      textTokensEvicted,
    };
  }

  frameArrived(nowMs: number): void {
    this.framesIn++;
    this.arrivals.add(nowMs, 1);
  }

  /** Counts an event of the engine. Types of events that are not counted are ignored. */
  engineEvent(event: EngineEvent, nowMs: number): void {
    switch (event.type) {
      case "unit.seen":
        this.units++;
        if (event.unfamiliar) this.unfamiliarUnits++;
        break;
      case "frame.dropped":
        this.dropped[event.reason]++;
        break;
      case "thought.done":
        this.tokens.add(nowMs, event.tokens);
        this.reasoningTokens += event.tokens;
        this.usage.narrator.add(nowMs, event.tokens, event.prompt);
        (event.skipped ? this.skip : this.ttft).add(nowMs, event.ttftMs);
        if (event.skipped) this.skips++;
        else this.thoughts++;
        if (event.skipReason !== null) this.skipReasons[event.skipReason]++;
        this.stalenessMs = event.stalenessMs;
        break;
      case "answer.done":
        this.tokens.add(nowMs, event.tokens.answer);
        this.usage.answers.add(nowMs, event.tokens.answer, event.prompt);
        this.answers++;
        break;
    }
  }

  /**
   * Counts since the start; rates and percentiles over the last half minute.
   *
   * @param caches what the engine's stream holds; null: there is none yet
   */
  stats(nowMs: number, caches: StreamCaches | null): SessionStats {
    const { reasoning_tokens: _, ...counts } = this.counts;
    return {
      uptime_ms: nowMs - this.startedAtMs,
      window_ms: WINDOW_MS,
      ...counts,
      fps_in: this.arrivals.perSecond(nowMs),
      tokens_per_s: this.tokens.perSecond(nowMs),
      usage: { narrator: this.usage.narrator.rates(nowMs), answers: this.usage.answers.rates(nowMs) },
      ttft_ms: this.ttft.percentiles(nowMs),
      skip_ms: this.skip.percentiles(nowMs),
      staleness_ms: this.stalenessMs,
      caches: caches && toCacheStats(caches),
    };
  }
}
