import type { MessagePort } from "node:worker_threads";
import type { PositionSchemeName } from "../cache/mod.ts";
import type { BackendReport } from "../engine/mod.ts";
import type { Bundle } from "../models/mod.ts";

/** What the reasoner worker is started with. */
export interface ReasonerSetup {
  readonly bundle: Bundle;
  readonly threads: number;
  readonly timeOrigin: number;
  /** Most words of one draft; 0: nothing is drafted. */
  readonly draftWords: number;
  /** Port through which finished units come from the vision worker. */
  readonly units: MessagePort;
}

/** Options of a stream that concern reasoning. */
export interface ReasoningOptions {
  /** Units kept in the visual window. */
  readonly visualWindowUnits: number;
  /** Tokens kept in a thinker's text window. */
  readonly textWindowTokens: number;
  readonly positions: PositionSchemeName;
  /** Most tokens of a thought. */
  readonly thoughtTokens: number;
  /** Most tokens of an answer. */
  readonly answerTokens: number;
  /** 0: greedy. */
  readonly temperature: number;
  readonly seed: number;
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
      readonly tokens: readonly number[];
      /** `end`: to be answered when every unit of the ended stream has been thought about. */
      readonly when: "now" | "end";
    }
  | { readonly type: "cancel"; readonly stream: string; readonly task: string }
  /** No unit follows the first `units` ones: think about what is there, answer, then report `ended`. */
  | { readonly type: "end"; readonly stream: string; readonly units: number }
  | { readonly type: "close"; readonly stream: string }
  | { readonly type: "stop" };

/** Why a thought ended: by itself, or because it had used up its tokens. */
export type StopReason = "end" | "length";

/** From the reasoner worker to the main thread. */
export type ReasonerReport =
  | { readonly type: "ready" }
  | { readonly type: "report"; readonly stream: string; readonly report: BackendReport }
  | { readonly type: "closed"; readonly stream: string };
