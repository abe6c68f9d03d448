import type { Frame } from "../ingest/mod.ts";
import type { Scene } from "../scene/mod.ts";
import type { BackendFigures } from "./figures.ts";
import type { ModelInfo } from "./model-info.ts";
import type { OverlookedReason } from "./overlooked.ts";

/**
 * What runs a model for the engine. This interface is the seam between the two: the engine above it (queue, drops,
 * paradigm, totals, order and ids) knows neither tensors nor workers, and a backend below it knows neither sockets nor
 * the protocol.
 *
 * A backend reports by **task**. A task is one piece of work of one thinker: a thought about a unit, or an answer.
 * Several tasks may be about one unit. The engine checks every report against the rules in this file. When a backend
 * breaks one, the engine fails the stream.
 */
export interface Backend {
  readonly model: ModelInfo;
  /**
   * Opens a stream. Reports may come until {@link BackendStream.close} has resolved. A backend never reports while one
   * of its own methods is being called.
   * @param id unique in the lifetime of the backend
   * @param report called with every report about the stream
   */
  open(id: string, options: BackendStreamOptions, report: (report: BackendReport) => void): BackendStream;
  /** Resolves with the reason when the backend dies, with all of its streams. Closing it does not resolve this. */
  readonly died: Promise<Error>;
  /**
   * Whether the model can be reached. A backend that leaves this out runs it itself. It does not die of it: its streams
   * skip thoughts meanwhile, see {@link Availability}.
   */
  readonly isReachable?: boolean;
  /**
   * What it has counted, as of now or at most a few seconds ago; null while it does not know. Asking costs little. It is
   * left out by a backend that counts nothing.
   */
  figures?(): Promise<BackendFigures | null>;
  /** Releases everything. Streams that are still open get no more reports. */
  close(): Promise<void>;
}

/** One stream of a backend. Only {@link ask} throws; every other failure is reported. */
export interface BackendStream {
  /** Takes the next unit. Units come in order, without gaps, and begin with 0. */
  see(unit: Unit): void;
  /**
   * Takes a question. Exactly one `task.done` follows, whatever happens.
   * @param task id of the task, chosen by the engine and unique in the stream
   * @param when `now`: answer as soon as a unit has been seen. `end`: answer when the stream has ended and every unit
   *   has been thought about.
   * @returns the number of tokens of the question, or null when the backend has no tokenizer
   * @throws {EngineError} `question_too_long`
   */
  ask(task: string, question: string, when: "now" | "end"): number | null;
  /** Ends an answer early; it is then reported as `cancelled`. An unknown task is ignored. */
  cancel(task: string): void;
  /**
   * The stream has `units` units, and no more will come: think about them all, answer the questions, then report
   * `ended`.
   */
  end(units: number): void;
  /** Stops at once. Resolves when everything that the stream held is released. May be called at any time. */
  close(): Promise<void>;
}

/** The options of one stream. The engine has checked every value against {@link ModelInfo}. */
export interface BackendStreamOptions {
  /** Units kept in the visual window. */
  readonly visualWindowUnits: number;
  /** Tokens kept in a thinker's text window. */
  readonly textWindowTokens: number;
  /** One of {@link ModelInfo.positionSchemes}; null when the model has none. */
  readonly positions: string | null;
  /** A change of up to this many levels (0..255) counts as none, see `StreamOptions`; null: every unit is encoded. */
  readonly stillLevels: number | null;
  /** Whether to watch if the picture is still that of a fixed camera. */
  readonly sceneMonitor: boolean;
  /** Most tokens of one thought. */
  readonly thoughtTokens: number;
  /** Most tokens of one answer. */
  readonly answerTokens: number;
  /** Sampling temperature; 0: greedy. */
  readonly temperature: number;
  readonly seed: number;
  /** What the user wants to be told, in free text; null when nothing was said, or when the model takes none. */
  readonly instructions: string | null;
  /** What an earlier stream had summed up last; null: nothing. A model that could not have said it ignores it. */
  readonly recap: string | null;
  /** Whether thoughts about units that are no longer the newest are left out, so that thinking keeps up. */
  readonly skipLate: boolean;
  /** Whether all thinking waits until the end of the stream (the batch paradigm). */
  readonly held: boolean;
}

/** Frames that are looked at and thought about together. */
export interface Unit {
  /** Counts the units of a stream from 0. */
  readonly unit: number;
  /** In order. At the end of a stream the last frame may be repeated to fill the unit. */
  readonly frames: readonly Frame[];
  /** For each frame, the time since the frame before it (s); 0 for the first frame of a stream. */
  readonly seconds: readonly number[];
  /** Media time of the last frame before this unit, or of its own first frame when there is none before (ms). */
  readonly sinceMediaTimeMs: number;
  /** Media time of the last frame of this unit (ms). */
  readonly mediaTimeMs: number;
  /** When the last frame of this unit arrived (ms, monotonic). */
  readonly arrivedAtMs: number;
}

/** Everything that a backend can report. Times are `performance.now()` of the main thread (ms). */
export type BackendReport =
  | UnitSeenReport
  | TaskStarted
  | TaskToken
  | TaskDone
  | UnitDone
  | Recap
  | Availability
  | BackendEnded
  | BackendFailed;

/**
 * A unit has been seen. Every unit is reported once, and in order. This report may come later than reports about
 * thoughts about the same unit, and even later than `ended`: the engine puts them in order.
 */
export interface UnitSeenReport {
  readonly type: "seen";
  readonly unit: number;
  /** Nothing had changed, so the unit was not encoded and the visual tokens of the unit before are used again. */
  readonly still: boolean;
  /** The state of the scene at this unit; null when it is not watched. */
  readonly scene: Scene | null;
  readonly startedAtMs: number;
  readonly finishedAtMs: number;
  /** Units in the visual window now, without those at the start of the stream that stay; null when that is not known. */
  readonly heldUnits: number | null;
  /** Most units that the visual window can hold now. It may become smaller than what the stream was opened with. */
  readonly windowUnits: number;
  /** Units that have left the visual window since the start of the stream. */
  readonly evictedUnits: number;
}

/** A thinker has begun to think about a unit: its first token is decided. Tasks that `ask` began are not announced. */
export interface TaskStarted {
  readonly type: "task.started";
  /** Id of the task, chosen by the backend and unique in the stream. */
  readonly task: string;
  readonly unit: number;
}

/** The next piece of text of a task. `task.done` has the whole text; where they differ, the whole text counts. */
export interface TaskToken {
  readonly type: "task.token";
  readonly task: string;
  readonly delta: string;
}

/** A task has ended. */
export interface TaskDone {
  readonly type: "task.done";
  readonly task: string;
  /** The whole text. */
  readonly text: string;
  /**
   * `incomplete`: the token budget ended it. Its text should not end in the middle of a phrase. `skipped` (thoughts
   * only): nothing was said, for the reason `skipReason`. `cancelled`, `nothing_seen` and `failed` (answers only): the
   * answer was cancelled, the stream ended before its first unit, or it could not be given, for the reason `error`.
   */
  readonly outcome: "completed" | "incomplete" | "skipped" | "cancelled" | "nothing_seen" | "failed";
  /** Why nothing was said, when it was skipped; else null. */
  readonly skipReason: SkipReason | null;
  /** What went wrong, when it failed; else null. */
  readonly error: TaskError | null;
  /** The newest unit that the task could look at, and its media time (ms); both are -1 before the first unit. */
  readonly unit: number;
  readonly mediaTimeMs: number;
  /** Number of tokens that were generated. */
  readonly tokens: number;
  /** What its prompts took; null when the backend does not count that. */
  readonly prompt: PromptTokens | null;
  /** When the work on the task began and ended. */
  readonly startedAtMs: number;
  readonly finishedAtMs: number;
  /** Set when the model said that it cannot answer the question; else null. */
  readonly unanswerable: Unanswerable | null;
  /** For people: what an answer to such a question does not take into account, in whole sentences; else null. */
  readonly note: string | null;
  /** Whether an answer is a bare number that says how many there were since the start; absent: no, or not known. */
  readonly isCount?: boolean;
  /** Why somebody may have been missed at this unit, when a thought itself says so; absent: it does not. */
  readonly overlooked?: Extract<OverlookedReason, "covered" | "crowd"> | null;
}

/**
 * Why nothing was said about a unit. `nothing_new`: the model decided so. `still`: the picture had not changed, and the
 * model was not asked. `repeated`: what it wanted to say had been said. `late`: a newer unit had come. `limited`: a limit
 * on calls or tokens was reached. `unavailable`: the model could not be reached.
 */
export type SkipReason = "nothing_new" | "still" | "repeated" | "late" | "limited" | "unavailable";

/** What went wrong with an answer: a stable code, and a message for people that says what to do. */
export interface TaskError {
  readonly code: string;
  readonly message: string;
}

/** The tokens of the prompts of a task. */
export interface PromptTokens {
  /** Those that were computed for it (prefilled). */
  readonly prefilled: number;
  /** Those that a prefix cache had from before; null when the model's server does not say. Then all were computed, as far as one knows. */
  readonly cached: number | null;
}

/** Why the model could not answer a question, and what may be asked instead. */
export interface Unanswerable {
  /** Words of the question that the model does not know. Empty when it knows the words, but not the question. */
  readonly unknownWords: readonly string[];
  /** Questions that the model was trained to answer. */
  readonly examples: readonly string[];
}

/** All thoughts about a unit have ended, and none follows. Every unit that was seen is reported once, and in order. */
export interface UnitDone {
  readonly type: "unit.done";
  readonly unit: number;
  /** Tokens in the narrator's text window now, those about this unit included; null when that is not known. */
  readonly heldTokens: number | null;
  /** Tokens that have left the narrator's text window since the start of the stream. */
  readonly evictedTokens: number;
}

/** The narrator has summarised for itself what it has counted, so that this outlives the window of its thoughts. */
export interface Recap {
  readonly type: "recap";
  readonly unit: number;
  readonly text: string;
}

/**
 * The model cannot be reached for now, or again. Meanwhile thoughts are skipped as `unavailable`, and questions wait. A
 * stream begins available.
 */
export interface Availability {
  readonly type: "availability";
  readonly available: boolean;
  /** For people: what happened, and what to do. */
  readonly message: string;
}

/** All units have been thought about and all questions answered. Comes only after `end`; nothing follows. */
export interface BackendEnded {
  readonly type: "ended";
}

/** The stream cannot go on; nothing follows. */
export interface BackendFailed {
  readonly type: "failed";
  readonly message: string;
}
