import { cleanThought } from "../prompting/mod.ts";

/**
 * How many tokens of what a model said belong to the thought that was made of it, so that what the model remembers is
 * what was told. Tokens of an opening phrase before the thought belong to it. What follows its sentence does not, and
 * neither does a clause that the budget cut off.
 *
 * @param words what the model said
 * @param told the thought
 */
export function keptTokens(
  words: readonly number[],
  told: string,
  decode: (words: readonly number[]) => string,
): number {
  let most = 0;
  for (let count = 1; count <= words.length; count++) {
    const text = cleanThought(decode(words.slice(0, count)), false);
    if (text === told) return count;
    if (told.startsWith(text)) most = count;
  }
  return most === 0 ? words.length : most;
}
