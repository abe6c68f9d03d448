import type { MessagePort } from "node:worker_threads";
import type { PositionSchemeName } from "../cache/mod.ts";
import type { BackendReport } from "../engine/mod.ts";
import type { Bundle } from "../models/mod.ts";

/** What the reasoner worker is started with. */
export interface ReasonerSetup {
  readonly bundle: Bundle;
  readonly threads: number;
  readonly clockOrigin: number;
  /** Most words that are drafted ahead of a thinker; 0: none. */
  readonly draftWords: number;
  /** Finished units come from it. */
  readonly units: MessagePort;
}

/** How a stream is thought about. */
export interface ReasoningOptions {
  readonly visualWindowUnits: number;
  readonly textWindowTokens: number;
  readonly positions: PositionSchemeName;
  readonly thoughtTokens: number;
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
      /** Of the answer. */
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

/** How a thinker's turn came to its end. */
export type StopReason = "end" | "length";

/** From the reasoner worker to the main thread. */
export type ReasonerReport =
  | { readonly type: "ready" }
  | { readonly type: "report"; readonly stream: string; readonly report: BackendReport }
  | { readonly type: "closed"; readonly stream: string };
