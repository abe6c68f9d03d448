import type { z } from "zod";
import type { outputTextDone } from "./response-events.ts";

/** Most examples in one sentence. */
const EXAMPLES = 3;

/**
 * Says to people why the model could not answer a question, and what they may ask instead.
 *
 * @example
 * outsideText({ unknown_words: ["france"], examples: ["Did anything stop?"] });
 * // 'It does not know "france". It can answer, for example: Did anything stop?'
 */
export function outsideText(outside: NonNullable<z.infer<typeof outputTextDone>["outside"]>): string {
  const { unknown_words: words, examples } = outside;
  const why =
    words.length === 0
      ? "It was not trained to answer this question."
      : `It does not know ${words.map((word) => `"${word}"`).join(", ")}.`;
  const instead = examples.slice(0, EXAMPLES).join(" ");
  return instead === "" ? why : `${why} It can answer, for example: ${instead}`;
}
