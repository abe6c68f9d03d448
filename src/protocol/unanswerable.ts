import type { z } from "zod";
import type { outputTextDone } from "./response-events.ts";

/** How many examples a sentence names. */
const EXAMPLES = 3;

/**
 * A sentence for people on why a question could not be answered, and what may be asked instead.
 *
 * @example
 * outsideText({ unknown_words: ["france"], examples: ["Did anything stop?"] });
 * // 'It does not know "france". It can answer, for example: Did anything stop?'
 */
export function outsideText(outside: NonNullable<z.infer<typeof outputTextDone>["outside"]>): string {
  const { unknown_words: words, examples } = outside;
  const why =
    words.length === 0
      ? "It was not taught this question."
      : `It does not know ${words.map((word) => `"${word}"`).join(", ")}.`;
  const instead = examples.slice(0, EXAMPLES).join(" ");
  return instead === "" ? why : `${why} It can answer, for example: ${instead}`;
}
