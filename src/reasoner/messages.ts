import type { MessagePort } from "node:worker_threads";
import type { PositionSchemeName } from "../cache/mod.ts";
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
      readonly answer: string;
      readonly tokens: readonly number[];
      /** `end`: to be answered when every unit of the ended stream has been thought about. */
      readonly when: "now" | "end";
    }
  | { readonly type: "cancel"; readonly stream: string; readonly answer: string }
  /** No unit follows the first `units` ones: think about what is there, answer, then report `ended`. */
  | { readonly type: "end"; readonly stream: string; readonly units: number }
  | { readonly type: "close"; readonly stream: string }
  | { readonly type: "stop" };

/** How a thinker's turn came to its end. */
export type StopReason = "end" | "length";

/** From the reasoner worker to the main thread. Times are the main thread's (ms). */
export type ReasonerReport =
  | { readonly type: "ready" }
  | { readonly type: "thought.token"; readonly stream: string; readonly unit: number; readonly delta: string }
  | {
      readonly type: "thought.done";
      readonly stream: string;
      readonly unit: number;
      readonly text: string;
      readonly skipped: boolean;
      readonly stop: StopReason;
      readonly tokens: number;
      readonly startedAtMs: number;
      readonly finishedAtMs: number;
      /** Tokens that have left the narrator's window since the stream's start. */
      readonly textEvicted: number;
    }
  /** What the narrator has counted so far, said to itself so that it outlives its window. */
  | { readonly type: "thought.recap"; readonly stream: string; readonly unit: number; readonly text: string }
  | {
      readonly type: "answer.token";
      readonly stream: string;
      readonly answer: string;
      readonly delta: string;
    }
  | {
      readonly type: "answer.done";
      readonly stream: string;
      readonly answer: string;
      readonly text: string;
      readonly status: "completed" | "incomplete" | "cancelled" | "nothing_seen";
      readonly unit: number;
      readonly mediaTimeMs: number;
      readonly tokens: number;
    }
  | { readonly type: "ended"; readonly stream: string }
  | { readonly type: "closed"; readonly stream: string }
  | { readonly type: "failed"; readonly stream: string; readonly message: string };
