import type { WholeAnswer } from "../../lib/mod.ts";

/** A question and its answer. */
export interface Exchange {
  /** Its running number on this page. */
  readonly id: number;
  readonly question: string;
  /** As much of the answer as has come. */
  readonly text: string;
  /** `stopped`: by the visitor; `failed`: `problem` says why. */
  readonly state: "asked" | "answered" | "stopped" | "failed";
  /** The answer, once it is complete. */
  readonly whole: WholeAnswer | null;
  /** Why there is no answer, for people. */
  readonly problem: string | null;
  /** The page has asked it, not the visitor. */
  readonly byPage: boolean;
}
