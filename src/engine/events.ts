import type { DroppedFrame } from "../ingest/mod.ts";
import type { SceneReason } from "../scene/mod.ts";
import type { PromptTokens, SkipReason, TaskError, Unanswerable } from "./backend.ts";
import type { OverlookedReason } from "./overlooked.ts";

/** When something ran: `performance.now()` of the main thread (ms). */
export interface Interval {
  readonly startedAtMs: number;
  readonly finishedAtMs: number;
}

/** A unit has been seen: it can be thought about from now on. */
export interface UnitSeen {
  readonly type: "unit.seen";
  /** Counts the units of a stream from 0. */
  readonly unit: number;
  /** Media time of the last frame before the unit (ms). */
  readonly sinceMediaTimeMs: number;
  /** Media time of the unit's last frame (ms). */
  readonly mediaTimeMs: number;
  /** When the unit's last frame arrived (ms, monotonic). */
  readonly arrivedAtMs: number;
  /** Nothing had changed, so the unit was not encoded and the visual tokens of the unit before are used again. */
  readonly still: boolean;
  /** Whether the scene was unfamiliar. A `scene.changed` before it says why. */
  readonly unfamiliar: boolean;
  /** When vision worked on the unit. */
  readonly encoded: Interval;
}

/**
 * The scene has become unfamiliar (the model was not made for it), or familiar again, or is unfamiliar for another
 * reason. A stream begins familiar. Thoughts and answers go on in an unfamiliar scene.
 */
export interface SceneChanged {
  readonly type: "scene.changed";
  readonly status: "familiar" | "unfamiliar";
  /** Why the scene is unfamiliar; null when it is familiar. */
  readonly reason: SceneReason | null;
  /** For people: what is wrong with the scene, and what to do. */
  readonly message: string;
  /** The unit at which the scene changed, and its media time (ms). */
  readonly unit: number;
  readonly mediaTimeMs: number;
  /** Media time of the first sign of the change (ms). */
  readonly sinceMs: number;
}

/** A thought about a unit has begun: its first token is decided. */
export interface ThoughtStarted {
  readonly type: "thought.started";
  readonly thought: string;
  readonly unit: number;
  readonly mediaTimeMs: number;
}

/** The next piece of text of a thought, as it is decoded. */
export interface ThoughtDelta {
  readonly type: "thought.delta";
  readonly thought: string;
  readonly unit: number;
  readonly mediaTimeMs: number;
  readonly delta: string;
}

/** A thought is finished. */
export interface ThoughtDone {
  readonly type: "thought.done";
  readonly thought: string;
  readonly unit: number;
  /**
   * Media time of the last frame before the unit (ms). What the thought tells happened between it and `mediaTimeMs`.
   */
  readonly sinceMediaTimeMs: number;
  readonly mediaTimeMs: number;
  readonly text: string;
  /** Nothing was said about the unit; `text` is empty then. */
  readonly skipped: boolean;
  /** Why nothing was said; null when something was. */
  readonly skipReason: SkipReason | null;
  /** The scene was unfamiliar at this unit, so the thought may be wrong. */
  readonly unfamiliar: boolean;
  /** `length`: the token budget ended it, after its last whole clause if the model's thoughts have clauses. */
  readonly stop: "end" | "length";
  readonly tokens: number;
  /** What its prompts took; null when the backend does not count that. */
  readonly prompt: PromptTokens | null;
  /** From the arrival of the unit's last frame to the decision of the first token (ms). */
  readonly ttftMs: number;
  /** How far the unit's media time was behind the newest arrived frame when the thought ended (ms). */
  readonly stalenessMs: number;
  /** When the model worked on the thought. */
  readonly reasoned: Interval;
}

/**
 * The narrator has summarised for itself what it has counted, before the thoughts that this rests on leave its window.
 */
export interface ThoughtRecap {
  readonly type: "thought.recap";
  readonly unit: number;
  readonly text: string;
}

/** The next piece of text of an answer, as it is decoded. */
export interface AnswerDelta {
  readonly type: "answer.delta";
  readonly answer: string;
  readonly delta: string;
}

/** An answer has ended. */
export interface AnswerDone {
  readonly type: "answer.done";
  readonly answer: string;
  readonly question: string;
  readonly text: string;
  readonly status: "completed" | "cancelled" | "incomplete" | "failed";
  /** Set when the model said that it cannot answer, because it was not trained for such a question; else null. */
  readonly unanswerable: Unanswerable | null;
  /**
   * For people: what the model does not take into account in answers to such questions. Null when there is nothing to
   * say, and when the model gave no answer.
   */
  readonly note: string | null;
  /**
   * Why the number may be too small: until this answer's unit somebody may have been missed. Empty when nothing is
   * known to be missing, and for an answer that is no count.
   */
  readonly atLeastBecause: readonly OverlookedReason[];
  /** The newest unit that the answer could look at, and its media time (ms); both are -1 before the first unit. */
  readonly unit: number;
  readonly mediaTimeMs: number;
  /** The scene was unfamiliar at that unit, so the answer may be wrong. */
  readonly unfamiliar: boolean;
  readonly tokens: { readonly question: number; readonly answer: number };
  /** What its prompts took; null when the backend does not count that. */
  readonly prompt: PromptTokens | null;
  /** From the arrival of the question to the first and to the last token of the answer (ms). */
  readonly firstMs: number;
  readonly doneMs: number;
  /** Set when `status` is `failed`: what was wrong and what to do. */
  readonly error?: TaskError;
}

/** Old units or tokens have left the windows of the caches. */
export interface ContextEvicted {
  readonly type: "context.evicted";
  /** Units that left the visual cache since the last such event. */
  readonly visualUnits: number;
  /** Tokens that left the narrator's text cache since the last such event. */
  readonly textTokens: number;
}

/**
 * The model cannot be reached for now, or again. Meanwhile thoughts are skipped as `unavailable`, and questions wait. A
 * stream begins available.
 */
export interface AvailabilityChanged {
  readonly type: "availability.changed";
  readonly available: boolean;
  /** For people: what happened, and what to do. */
  readonly message: string;
  /** Media time of the newest frame that has arrived (ms); -1 before the first. */
  readonly mediaTimeMs: number;
}

/** A frame was not looked at. */
export interface FrameDropped extends DroppedFrame {
  readonly type: "frame.dropped";
}

/** Something went wrong that ended the stream (`fatal`) or a part of its work. */
export interface StreamFailed {
  readonly type: "stream.failed";
  readonly code: string;
  readonly message: string;
  readonly fatal: boolean;
}

/** Everything that was pushed has been thought about; nothing follows. */
export interface StreamEnded {
  readonly type: "stream.ended";
  readonly totals: StreamTotals;
}

/** Counts since the start of the stream. */
export interface StreamTotals {
  readonly framesIn: number;
  readonly framesDropped: number;
  readonly units: number;
  /** Units at which the scene was unfamiliar. */
  readonly unfamiliarUnits: number;
  /** Thoughts with text. Skips are counted separately. */
  readonly thoughts: number;
  /** Units about which nothing was said. */
  readonly skips: number;
  readonly answers: number;
  readonly reasoningTokens: number;
  readonly visualUnitsEvicted: number;
  readonly textTokensEvicted: number;
}

export type EngineEvent =
  | UnitSeen
  | SceneChanged
  | ThoughtStarted
  | ThoughtDelta
  | ThoughtDone
  | ThoughtRecap
  | AnswerDelta
  | AnswerDone
  | ContextEvicted
  | AvailabilityChanged
  | FrameDropped
  | StreamFailed
  | StreamEnded;
