import type { MessagePort } from "node:worker_threads";
import type { CacheKind, PositionSchemeName } from "../cache/mod.ts";
import type { BackendReport } from "../engine/mod.ts";
import type { Model } from "../models/mod.ts";

/** What the reasoner worker is started with. */
export interface ReasonerSetup {
  readonly model: Model;
  readonly threads: number;
  readonly timeOrigin: number;
  /** Most words of one draft; 0: nothing is drafted. */
  readonly draftWords: number;
  /** Port through which finished units come from the vision worker. */
  readonly units: MessagePort;
}

/** How a published checkpoint looks on this machine. */
export interface Looks {
  /** Longest side of a picture (px). */
  readonly side: number;
  /** Nominal duration of a unit (ms). */
  readonly unitMs: number;
}

/** Options of a stream that concern reasoning. */
export interface ReasoningOptions {
  /** Units kept in the visual window. */
  readonly visualWindowUnits: number;
  /** Tokens kept in a thinker's text window. */
  readonly textWindowTokens: number;
  /** Null for a model that leaves no choice. */
  readonly positions: PositionSchemeName | null;
  /** Most tokens of a thought. */
  readonly thoughtTokens: number;
  /** Most tokens of an answer. */
  readonly answerTokens: number;
  /** 0: greedy. */
  readonly temperature: number;
  readonly seed: number;
  /** What the user wants to be told; null when nothing was said, or when the model takes none. */
  readonly instructions: string | null;
  /** What an earlier stream had summed up last; null: nothing. */
  readonly recap: string | null;
  /** Whether thoughts about units that are no longer the newest are left out. */
  readonly skipLate: boolean;
  /** How a published checkpoint looks; null for a model that leaves no choice. */
  readonly looks: Looks | null;
  /** Wait with all thinking until the stream's end (the batch paradigm). */
  readonly held: boolean;
}

/** From the main thread to the reasoner worker. */
export type ReasonerRequest =
  | { readonly type: "open"; readonly stream: string; readonly options: ReasoningOptions }
  | {
      readonly type: "ask";
      readonly stream: string;
      /** Task of the answer. */
      readonly task: string;
      readonly text: string;
      /** Tokens of its text. */
      readonly tokens: readonly number[];
      /** `end`: to be answered when every unit of the ended stream has been thought about. */
      readonly when: "now" | "end";
    }
  | { readonly type: "cancel"; readonly stream: string; readonly task: string }
  /** No unit follows the first `units` ones: think about what is there, answer, then report `ended`. */
  | { readonly type: "end"; readonly stream: string; readonly units: number }
  | { readonly type: "close"; readonly stream: string }
  /** Asks for a sign of life. */
  | { readonly type: "ping" }
  /** Asks for what it has counted. */
  | { readonly type: "figures" }
  | { readonly type: "stop" };

/** Why a thought ended: by itself, or because it had used up its tokens. */
export type StopReason = "end" | "length";

/** How long a step of a model takes on this machine (ms). Attention takes longer the more is cached. */
export interface StepSpeed {
  /** For each token that is read, of many that are prefilled together. */
  readonly rowMs: CachedTime;
  /** For a token that is said. */
  readonly tokenMs: CachedTime;
}

/** A time that grows with the number of cached tokens that are looked at (ms). */
export interface CachedTime {
  /** With nothing cached. */
  readonly base: number;
  /** For each cached token. */
  readonly each: number;
}

/** From the reasoner worker to the main thread. */
export type ReasonerReport =
  | {
      readonly type: "ready";
      /** How long steps take; null for a model of which only one speed is of interest: that it keeps up. */
      readonly speed: StepSpeed | null;
    }
  | { readonly type: "report"; readonly stream: string; readonly report: BackendReport }
  | { readonly type: "closed"; readonly stream: string }
  /** Answers `figures`. */
  | { readonly type: "figures"; readonly reasoner: ReasonerFigures }
  /** Answers a ping. */
  | { readonly type: "pong" };

/** What the reasoner worker has counted since its start, and what it holds now. */
export interface ReasonerFigures {
  /** Steps of the model, the tokens that they took, and the time that they took (ms). */
  readonly steps: number;
  readonly tokens: number;
  readonly busyMs: number;
  /** Thinkers that had something to do in the last step and found no room in it. */
  readonly waiting: number;
  /** Tokens that were drafted, and those of them that the model has chosen too. */
  readonly drafted: number;
  readonly accepted: number;
  /** Bytes of the caches: its replicas of C_v (or the only ones), and C_r. */
  readonly cacheBytes: Readonly<Record<CacheKind, number>>;
}
