/** A phrase in quotes, or what stands between two spaces. */
const PIECE = /"([^"]*)"|(\S+)/g;

/** Whether there is anything in a text that can be looked for. */
const HAS_WORD = /[\p{L}\p{N}]/u;

/**
 * What a user wants to find. All words must be there, in any order. `"red car"` in quotes is a phrase, and `car*` is all
 * words that begin so. Nothing else has a meaning, so whatever a user types is only looked for.
 *
 * @returns expressions of FTS5, each a quoted string; empty: there is no word in it
 * @example piecesOf('red "at the door" ca*') // ['"red"', '"at the door"', '"ca" *']
 */
export function piecesOf(words: string): string[] {
  return [...words.matchAll(PIECE)].flatMap(([, phrase, word]) => {
    const text = (phrase ?? word)!;
    if (!HAS_WORD.test(text)) return [];
    const isBeginning = phrase === undefined && text.endsWith("*");
    return [`${quoted(isBeginning ? text.slice(0, -1) : text)}${isBeginning ? " *" : ""}`];
  });
}

/** One of several values, of a column of the index. */
export function oneOf(column: "stream" | "type", values: readonly (string | number)[]): string {
  return `${column} : (${values.map((value) => quoted(String(value))).join(" OR ")})`;
}

/** All of these, in the text. */
export function inText(pieces: readonly string[]): string {
  return `text : (${pieces.join(" AND ")})`;
}

/** A text as FTS5 takes it: without a meaning of its own. A NUL would end it. */
function quoted(text: string): string {
  return `"${text.replaceAll("\0", " ").replaceAll('"', '""')}"`;
}
