import type { Frame } from "../ingest/mod.ts";
import type { Scene } from "../scene/mod.ts";
import type { ModelInfo } from "./model-info.ts";

/**
 * The seam: what any model must do to think along with streams. What is above it (queue, drops, paradigm, totals,
 * order and ids) knows neither tensors nor workers; what is below it knows neither sockets nor the protocol.
 *
 * A backend reports by **task**: one piece of a thinker's work, a thought or an answer. Several tasks may be about one
 * unit. The engine checks every report against what is written here; a stream whose backend breaks it fails.
 */
export interface Backend {
  readonly model: ModelInfo;
  /**
   * Opens a stream. Reports may come until {@link BackendStream.close} has resolved, never from within a call.
   * @param id unique for the backend's life
   */
  open(id: string, options: BackendStreamOptions, report: (report: BackendReport) => void): BackendStream;
  /** Resolves with the reason when it dies by itself, with all of its streams. Never resolves when it is closed. */
  readonly died: Promise<Error>;
  /** Lets go of everything. Streams that are still open get no more reports. */
  close(): Promise<void>;
}

/** One stream of a backend. Nothing here throws but {@link ask}; what fails is reported. */
export interface BackendStream {
  /** Takes the next unit. Units come in order, without gaps, from 0. */
  see(unit: Unit): void;
  /**
   * Takes a question; `task.done` answers it, whatever happens.
   * @param task chosen by the engine, unique in the stream
   * @param when `now`: as soon as there is something to answer from. `end`: when every unit of the ended stream has
   *   been thought about.
   * @returns the question's tokens, or null where the backend has no tokenizer
   * @throws {EngineError} `question_too_long`
   */
  ask(task: string, question: string, when: "now" | "end"): number | null;
  /** Ends an answer early: it is reported as `cancelled`. An unknown task is ignored. */
  cancel(task: string): void;
  /** No unit follows the first `units` ones: think about them, answer, then report `ended`. */
  end(units: number): void;
  /** Stops at once and resolves when everything that the stream held is given back. May be called at any time. */
  close(): Promise<void>;
}

/** How a stream is to be thought about; every value has been checked against {@link ModelInfo}. */
export interface BackendStreamOptions {
  /** Units kept in the visual window. */
  readonly visualWindowUnits: number;
  /** Tokens kept in a thinker's text window. */
  readonly textWindowTokens: number;
  /** One of {@link ModelInfo.positionSchemes}; null where it has none. */
  readonly positions: string | null;
  /** Levels of 0..255 within which nothing has changed; null: every unit is encoded. */
  readonly stillLevels: number | null;
  /** Whether to judge if the scene is one of a fixed camera. */
  readonly sceneMonitor: boolean;
  readonly thoughtTokens: number;
  readonly answerTokens: number;
  /** 0: greedy. */
  readonly temperature: number;
  readonly seed: number;
  /** Wait with all thinking until the stream's end (the batch paradigm). */
  readonly held: boolean;
}

/** Frames that are looked at together. */
export interface Unit {
  /** Counts the units of a stream from 0. */
  readonly unit: number;
  /** In order; at a stream's end the last one may be there twice. */
  readonly frames: readonly Frame[];
  /** From the frame before to each frame (s); 0 for a stream's first. */
  readonly seconds: readonly number[];
  /** Media time of the last frame before it (ms); of its own first one when there is none. */
  readonly sinceMediaTimeMs: number;
  /** Media time of its last frame (ms). */
  readonly mediaTimeMs: number;
  /** When its last frame arrived (ms, monotonic). */
  readonly arrivedAtMs: number;
}

/** What a backend says. Times are `performance.now()` of the main thread (ms). */
export type BackendReport =
  | UnitSeenReport
  | TaskStarted
  | TaskToken
  | TaskDone
  | UnitDone
  | Recap
  | BackendEnded
  | BackendFailed;

/**
 * A unit has been seen. In order; every unit that was given, once. It may cross with what is reported of the unit's
 * thoughts, and even with `ended`: the engine tells a unit's thoughts after the unit.
 */
export interface UnitSeenReport {
  readonly type: "seen";
  readonly unit: number;
  /** Nothing had changed: the unit was not encoded again. */
  readonly still: boolean;
  /** How the scene stands; null where nobody watches it. */
  readonly scene: Scene | null;
  readonly startedAtMs: number;
  readonly finishedAtMs: number;
  /** Units that have left the visual window since the stream's start. */
  readonly evictedUnits: number;
}

/** A thinker has taken up a unit by itself and decided its first token. Tasks that `ask` began are not announced. */
export interface TaskStarted {
  readonly type: "task.started";
  /** Chosen by the backend, unique in the stream. */
  readonly task: string;
  readonly unit: number;
}

/** A piece of text. `task.done` repeats the whole, which is what counts. */
export interface TaskToken {
  readonly type: "task.token";
  readonly task: string;
  readonly delta: string;
}

/** A task has ended. */
export interface TaskDone {
  readonly type: "task.done";
  readonly task: string;
  /** All that was said. */
  readonly text: string;
  /**
   * `incomplete`: the token budget ended it. `skipped`: a thought that decided that there is nothing to say.
   * `nothing_seen`: a question to a stream that ended before its first unit.
   */
  readonly outcome: "completed" | "incomplete" | "skipped" | "cancelled" | "nothing_seen";
  /** The newest unit that it could look at, and its media time (ms); -1 before the first. */
  readonly unit: number;
  readonly mediaTimeMs: number;
  /** Tokens that were generated. */
  readonly tokens: number;
  /** When the work on it began and ended. */
  readonly startedAtMs: number;
  readonly finishedAtMs: number;
  /** Why the model said that it cannot tell; null when it did not. */
  readonly unanswerable: Unanswerable | null;
}

/** Why a question was answered with "I cannot tell that", and what may be asked instead. */
export interface Unanswerable {
  /** Words of the question that the model does not know; none when it knows them all, but not this question. */
  readonly unknownWords: readonly string[];
  /** Questions that it was taught. */
  readonly examples: readonly string[];
}

/** Every thought about a unit has ended; none of its tasks follows. In order; every unit that was seen, once. */
export interface UnitDone {
  readonly type: "unit.done";
  readonly unit: number;
  /** Tokens that have left the narrator's window since the stream's start. */
  readonly evictedTokens: number;
}

/** What the narrator has counted so far, said to itself so that it outlives its window. */
export interface Recap {
  readonly type: "recap";
  readonly unit: number;
  readonly text: string;
}

/** All units have been thought about and all questions answered. Only after `end`; nothing follows. */
export interface BackendEnded {
  readonly type: "ended";
}

/** The stream cannot go on; nothing follows. */
export interface BackendFailed {
  readonly type: "failed";
  readonly message: string;
}
