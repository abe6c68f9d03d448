import type { DroppedFrame } from "../ingest/mod.ts";
import type { SceneReason } from "../scene/mod.ts";
import type { Unanswerable } from "./backend.ts";

/** When something ran, on the main thread's monotonic clock (ms). */
export interface Interval {
  readonly startedAtMs: number;
  readonly finishedAtMs: number;
}

/** A unit (two frames) has been encoded and its keys and values stand in the visual cache. */
export interface UnitSeen {
  readonly type: "unit.seen";
  /** Counts the units of a stream from 0. */
  readonly unit: number;
  /** Media time of the unit's last frame (ms). */
  readonly mediaTimeMs: number;
  /** When the unit's last frame arrived (ms, monotonic). */
  readonly arrivedAtMs: number;
  /** Nothing had changed since the unit before: it was not encoded again, its tokens were used. */
  readonly still: boolean;
  /** The scene was unfamiliar: a `scene.changed` said why. */
  readonly unfamiliar: boolean;
  /** When vision worked on it. */
  readonly encoded: Interval;
}

/**
 * The scene is now one that the model was not made for, or is again one that it was; or the reason is another. Until
 * the first of these it is familiar. Thoughts and answers go on all the same.
 */
export interface SceneChanged {
  readonly type: "scene.changed";
  readonly status: "familiar" | "unfamiliar";
  /** Null when it is familiar. */
  readonly reason: SceneReason | null;
  /** What it is and what to do, for people. */
  readonly message: string;
  /** The unit that was judged, and its media time (ms). */
  readonly unit: number;
  readonly mediaTimeMs: number;
  /** Media time of the first sign of it (ms). */
  readonly sinceMs: number;
}

/** The narrator took up a unit: the first token of its thought was decided. */
export interface ThoughtStarted {
  readonly type: "thought.started";
  readonly thought: string;
  readonly unit: number;
  readonly mediaTimeMs: number;
}

/** A piece of text of a thought, as it is decoded. */
export interface ThoughtDelta {
  readonly type: "thought.delta";
  readonly thought: string;
  readonly unit: number;
  readonly mediaTimeMs: number;
  readonly delta: string;
}

/** A thought is finished. `skipped`: the model decided that there is nothing to say. */
export interface ThoughtDone {
  readonly type: "thought.done";
  readonly thought: string;
  readonly unit: number;
  /** Media time of the last frame before the unit (ms): what the thought tells happened between there and `mediaTimeMs`. */
  readonly sinceMediaTimeMs: number;
  readonly mediaTimeMs: number;
  readonly text: string;
  readonly skipped: boolean;
  /** The scene was unfamiliar at this unit: what is said of it may be wrong. */
  readonly unfamiliar: boolean;
  /** `length`: the token budget ended it. */
  readonly stop: "end" | "length";
  readonly tokens: number;
  /** From the arrival of the unit's last frame to the first token's decision (ms). */
  readonly ttftMs: number;
  /** How far the unit's media time was behind the newest arrived frame when the thought ended (ms). */
  readonly stalenessMs: number;
  readonly reasoned: Interval;
}

/** What the narrator has counted so far, said to itself before the thoughts that it rests on leave its window. */
export interface ThoughtRecap {
  readonly type: "thought.recap";
  readonly unit: number;
  readonly text: string;
}

/** A piece of an answer, as it is decoded. */
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
  /** Set when the model said that it cannot tell: the question is none that it was taught. */
  readonly unanswerable: Unanswerable | null;
  /** The newest unit that the answer could see, and its media time (ms); -1 before the first. */
  readonly unit: number;
  readonly mediaTimeMs: number;
  /** The scene was unfamiliar at that unit. */
  readonly unfamiliar: boolean;
  readonly tokens: { readonly question: number; readonly answer: number };
  /** From the question's arrival to the first and to the last token of the answer (ms). */
  readonly firstMs: number;
  readonly doneMs: number;
  /** Set when `status` is `failed`: what was wrong and what to do. */
  readonly error?: { readonly code: string; readonly message: string };
}

/** Units have left a cache's window. */
export interface ContextEvicted {
  readonly type: "context.evicted";
  /** Units that left the visual cache since the last such event. */
  readonly visualUnits: number;
  /** Tokens that left the narrator's text cache since the last such event. */
  readonly textTokens: number;
}

/** Frames were not looked at. */
export interface FrameDropped extends DroppedFrame {
  readonly type: "frame.dropped";
}

/** Something went wrong that ended the stream (`fatal`) or one of its tasks. */
export interface StreamFailed {
  readonly type: "stream.failed";
  readonly code: string;
  readonly message: string;
  readonly fatal: boolean;
}

/** All that was pushed has been thought about; nothing follows. */
export interface StreamEnded {
  readonly type: "stream.ended";
  readonly totals: StreamTotals;
}

/** Counts since the stream's start. */
export interface StreamTotals {
  readonly framesIn: number;
  readonly framesDropped: number;
  readonly units: number;
  /** Units of an unfamiliar scene. */
  readonly unfamiliarUnits: number;
  /** Thoughts that were said; skips are counted apart. */
  readonly thoughts: number;
  /** Units about which there was nothing to say. */
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
  | FrameDropped
  | StreamFailed
  | StreamEnded;
