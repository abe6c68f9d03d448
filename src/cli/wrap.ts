import { stripVTControlCharacters } from "node:util";
import wrapAnsi from "wrap-ansi";

/** What is known of a stream that may be a terminal. `columns` is 0 on a terminal that does not know its width. */
export interface MaybeTerminal {
  readonly isTTY?: boolean;
  readonly columns?: number;
}

/** Below this many columns a text is not made narrower: the terminal cuts it. */
const LEAST_COLUMNS = 10;

/**
 * A text as it is printed to a stream. On a terminal it is wrapped between words to the width of the terminal. Anywhere
 * else (a pipe, a file) it stays one line.
 *
 * @param head stands before the text, on its first row only
 * @param hang columns by which the further rows are indented; default: the width of the head
 * @example
 * wrapFor(process.stdout, "  0:01.7  ", "a purple person moves right");
 */
export function wrapFor(
  { isTTY, columns }: MaybeTerminal,
  head: string,
  text: string,
  hang = stripVTControlCharacters(head).length,
): string {
  if (isTTY !== true || !columns) return `${head}${text}`;
  const room = Math.max(LEAST_COLUMNS, columns - hang);
  return `${head}${wrapAnsi(text, room, { hard: true }).replaceAll("\n", `\n${" ".repeat(hang)}`)}`;
}
