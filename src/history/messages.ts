import type { Change } from "./changes.ts";
import type { HistoryErrorCode } from "./errors.ts";
import type { Retention } from "./retention.ts";
import type { Search, SearchPage } from "./search.ts";
import type { Opened } from "./store.ts";
import type { HistoryInfo } from "./store-info.ts";
import type { Summary, SummaryWish } from "./summary.ts";

/** What the worker is started with. */
export interface HistorySetup {
  readonly path: string;
  readonly retention: Retention;
  /** The run that goes on after an earlier worker has ended; null: another one begins. */
  readonly run: number | null;
}

/** What can be asked of a history, and what the answer is. */
export interface Questions {
  readonly search: { readonly ask: Search; readonly answer: SearchPage };
  readonly summary: { readonly ask: SummaryWish; readonly answer: Summary };
  readonly picture: {
    readonly ask: { readonly stream: string; readonly number: number };
    readonly answer: Uint8Array | null;
  };
  readonly events: {
    readonly ask: {
      readonly stream: string;
      readonly after: number;
      readonly before: number;
      readonly most: number;
    };
    readonly answer: readonly { readonly number: number; readonly event: string }[];
  };
  readonly info: { readonly ask: null; readonly answer: HistoryInfo };
  /** Deletes all of a stream. The answer says how many events; null: there is no such stream. */
  readonly forget: { readonly ask: string; readonly answer: number | null };
}

export type Asked = {
  [Q in keyof Questions]: {
    readonly type: "ask";
    readonly id: number;
    readonly question: Q;
    readonly ask: Questions[Q]["ask"];
  };
}[keyof Questions];

export type ToHistory =
  | { readonly type: "write"; readonly batch: number; readonly changes: readonly Change[] }
  | Asked
  | { readonly type: "stop" };

export type FromHistory =
  | { readonly type: "ready"; readonly opened: Opened }
  | { readonly type: "refused"; readonly code: HistoryErrorCode; readonly message: string }
  | { readonly type: "written"; readonly batch: number; readonly tookMs: number }
  | { readonly type: "unwritten"; readonly batch: number; readonly message: string }
  | { readonly type: "answer"; readonly id: number; readonly answer: unknown }
  | { readonly type: "failed"; readonly id: number; readonly message: string }
  /** Something went wrong that nobody waits for. */
  | { readonly type: "trouble"; readonly message: string };
