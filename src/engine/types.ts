import type { Observable } from "rxjs";
import type { Frame } from "../ingest/mod.ts";
import type { EngineEvent, StreamTotals } from "./events.ts";
import type { ModelInfo } from "./model-info.ts";

/**
 * In which order vision and reasoning run, on the same weights (TaYS, section 3).
 * `streamed`: side by side. `interleaved`: in strict turn. `batch`: all frames first, then all thoughts.
 */
export type Paradigm = "streamed" | "interleaved" | "batch";

export interface StreamOptions {
  /** Default `streamed`. */
  readonly paradigm?: Paradigm;
  /** Units kept in the visual window; at most, and by default, what the model was trained for. */
  readonly visualWindowUnits?: number;
  /** Tokens kept in a thinker's text window; at most, and by default, what the model was trained for. */
  readonly textWindowTokens?: number;
  /** How old a visual token is to a query: one of the model's `positionSchemes`; default: as trained. */
  readonly positions?: string;
  /**
   * A unit in which no square of 4 px changes its mean colour by more levels (0..255) than this, or than the noise,
   * is not encoded again; its tokens are those of the unit before. Default 6; null: every unit is encoded.
   */
  readonly stillLevels?: number | null;
  /**
   * Whether it is watched that the scene is one of a fixed camera, and said (`scene.changed`) when it is not.
   * Default true.
   */
  readonly sceneMonitor?: boolean;
  /** Most tokens of one thought. */
  readonly thoughtTokens?: number;
  /** Most tokens of one answer. */
  readonly answerTokens?: number;
  /** 0: greedy, the default. */
  readonly temperature?: number;
  readonly seed?: number;
  /** Frames that may wait for vision before the oldest is dropped; default 4. */
  readonly maxInflightFrames?: number;
}

/** One camera: frames go in, events come out. */
export interface EngineStream {
  readonly id: string;
  /** Hot; completes after `stream.ended` or a fatal `stream.failed`. Never errors. */
  readonly events$: Observable<EngineEvent>;
  /** True while a frame can be taken without dropping one. Replays its last value. */
  readonly ready$: Observable<boolean>;
  /**
   * Takes a frame; drops the oldest waiting one when the model is behind.
   * @throws {EngineError} `frame_time`, `stream_closed`
   */
  push(frame: Frame): void;
  /**
   * Asks; the answer comes as `answer.*` events under the returned id.
   * @param when `now`, the default: answered at once, from what has been thought so far. `end`: once the stream has
   *   ended and all of it has been thought about.
   * @throws {EngineError} `question_empty`, `question_too_long`, `too_many_questions`, `stream_closed`
   */
  ask(question: string, when?: "now" | "end"): string;
  /** Stops an answer; unknown or finished ids are ignored (returns false). */
  cancel(answer: string): boolean;
  /** No more frames: everything waiting is thought about, questions are answered, then `stream.ended`. */
  end(): void;
  /** Stops at once, without finishing what waits. Resolves when the backend has let go of it. */
  close(): Promise<void>;
  readonly totals: StreamTotals;
}

/** A model that thinks along with any number of streams. */
export interface Engine {
  readonly model: ModelInfo;
  /** @throws {EngineError} `engine_closed`, `option_out_of_range`, `too_many_streams` */
  openStream(options?: StreamOptions): EngineStream;
  close(): Promise<void>;
}
