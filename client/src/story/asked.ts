import { answerText } from "../../../src/protocol/answer-text.ts";
import type { ServerEventOf } from "../../../src/protocol/server-events.ts";

/** A question about a stream, and what became of it. */
export interface Asked {
  readonly question: string;
  /** `visitor`: of this page; `page`: the page by itself; `elsewhere`: another client, or an alert of the server. */
  readonly by: "visitor" | "page" | "elsewhere";
  /** As much of the answer as has come. */
  readonly text: string;
  /** `stopped`: before its end; `failed`: `problem` says why. */
  readonly state: "asked" | "answered" | "stopped" | "failed";
  /** Why there is no answer, for people. */
  readonly problem: string | null;
  /** When it was asked, or heard of (`performance.now()`, ms). */
  readonly askedAtMs: number;
  /** When its answer ended or it was given up (`performance.now()`, ms); null: it may still come. */
  readonly settledAtMs: number | null;
  /** The events of the answer; null: not yet, or never. */
  readonly created: ServerEventOf<"response.created"> | null;
  readonly said: ServerEventOf<"response.output_text.done"> | null;
  readonly done: ServerEventOf<"response.done"> | null;
}

/** The answer as people read it, as much of it as has come: a count that may be too small is "at least 4". */
export function shownAnswer({ text, said }: Pick<Asked, "text" | "said">): string {
  return said?.at_least ? answerText(said) : text;
}
