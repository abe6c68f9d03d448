import type { Observable } from "rxjs";
import type { Frame } from "../ingest/mod.ts";
import type { StreamCaches } from "./cache-gauge.ts";
import type { EngineEvent, StreamTotals } from "./events.ts";
import type { EngineFigures, EngineHealth } from "./figures.ts";
import type { ModelInfo } from "./model-info.ts";

/**
 * The order in which vision and reasoning run on the same weights (the terms are from TaYS, section 3).
 * `streamed`: side by side. `interleaved`: in strict turn. `batch`: all frames first, then all thoughts.
 */
export type Paradigm = "streamed" | "interleaved" | "batch";

export interface StreamOptions {
  /** Default `streamed`. */
  readonly paradigm?: Paradigm;
  /** Units kept in the visual window. The default, and the most, is what the model was trained for. */
  readonly visualWindowUnits?: number;
  /** Tokens kept in a thinker's text window. The default, and the most, is what the model was trained for. */
  readonly textWindowTokens?: number;
  /**
   * The rule that gives positions to cached keys and to queries: one of the model's `positionSchemes`. Default: the one
   * that it was trained with.
   */
  readonly positions?: string;
  /**
   * When a unit counts as still. It does when the mean colour of no square of 4 px changes by more than this many
   * levels (0..255), or by more than the noise. A still unit is not encoded: the visual tokens of the unit before are
   * used again. Default 6; null: every unit is encoded.
   */
  readonly stillLevels?: number | null;
  /**
   * Whether to watch if the picture is still that of a fixed camera, and to emit `scene.changed` when that changes.
   * Default true.
   */
  readonly sceneMonitor?: boolean;
  /** What the user wants to be told, in free text, for a model that takes instructions; null, the default: nothing. */
  readonly instructions?: string | null;
  /**
   * What an earlier stream of the same camera had summed up last (`thought.recap`), with which this one begins; null, the
   * default: nothing. Ignored by a model that could not have said it: one that writes no recaps, or other words.
   */
  readonly recap?: string | null;
  /**
   * Whether thoughts about units that are no longer the newest are left out, so that thinking keeps up with a live
   * source, for a model that can do that. Default true. Set it to false where frames wait for the engine.
   */
  readonly skipLate?: boolean;
  /** Most tokens of one thought. Default: what the model was trained for. */
  readonly thoughtTokens?: number;
  /** Most tokens of one answer. Default: what the model was trained for. */
  readonly answerTokens?: number;
  /** Sampling temperature, 0 to 2. Default 0: greedy, which always takes the most likely token. */
  readonly temperature?: number;
  /** Seed of the sampling; without effect at temperature 0. Default 0. */
  readonly seed?: number;
  /** Frames that may wait for vision before the oldest is dropped. Default: two units. */
  readonly maxInflightFrames?: number;
}

/** One camera or video: frames go in, events come out. */
export interface EngineStream {
  readonly id: string;
  /** The events of the stream. Hot; completes after `stream.ended` or a fatal `stream.failed`. Never errors. */
  readonly events$: Observable<EngineEvent>;
  /** True while another frame can be pushed without a drop. A new subscriber gets the last value at once. */
  readonly ready$: Observable<boolean>;
  /**
   * True while every whole unit that was pushed has been thought about or, in the batch paradigm, seen. A new
   * subscriber gets the last value at once. Whoever asks then gets an answer that knows all that was pushed.
   */
  readonly caughtUp$: Observable<boolean>;
  /**
   * Takes a frame. When the model is behind, the oldest frame that waits is dropped.
   * @throws {EngineError} `frame_time`, `stream_closed`
   */
  push(frame: Frame): void;
  /**
   * Says that what there was to see at a media time never came: a frame was dropped before it, or for a time none came.
   * Counts from then on are told to be lower bounds.
   */
  missed(reason: "frames_dropped" | "gap", mediaTimeMs: number): void;
  /**
   * Asks a question. The answer comes as `answer.delta` and `answer.done` events.
   * @param when `now`, the default: answer at once, from what has been thought so far. `end`: answer when the stream
   *   has ended and all of it has been thought about.
   * @returns the id of the answer
   * @throws {EngineError} `question_empty`, `question_too_long`, `too_many_questions`, `stream_closed`
   */
  ask(question: string, when?: "now" | "end"): string;
  /** Stops an answer. Returns false, and does nothing, for an id that is unknown or finished. */
  cancel(answer: string): boolean;
  /** Takes no more frames. What waits is thought about, questions are answered, then `stream.ended` comes. */
  end(): void;
  /** Stops at once, without finishing what waits. Resolves when the backend has released the stream. */
  close(): Promise<void>;
  readonly totals: StreamTotals;
  /** What its caches hold now. */
  readonly caches: StreamCaches;
}

/** A model that thinks along with many streams at once. */
export interface Engine {
  readonly model: ModelInfo;
  /** Number of streams that can be opened in addition to those that are open or still being closed. */
  readonly freeStreams: number;
  /** Whether it can serve anybody. */
  readonly health: EngineHealth;
  /** What it knows of its work. Asking costs little; a backend that computes is asked once a second at most. */
  figures(): Promise<EngineFigures>;
  /** @throws {EngineError} `engine_closed`, `option_out_of_range`, `too_many_streams` */
  openStream(options?: StreamOptions): EngineStream;
  /** Closes all streams and the backend. Safe to call twice. */
  close(): Promise<void>;
}
