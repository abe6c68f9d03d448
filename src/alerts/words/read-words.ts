import { FILLERS, LEFT_OUT, LEXICON } from "./lexicon.ts";
import type { Token } from "./tokens.ts";

/** The words of a rule, as far as they are known. */
export interface ReadWords {
  readonly tokens: readonly Token[];
  /** Words that mean nothing to rules, each once. */
  readonly unknown: readonly string[];
}

/** Every word that stands in some phrase. */
const KNOWN_WORDS: ReadonlySet<string> = new Set([
  ...LEFT_OUT,
  ...FILLERS,
  ...[...LEXICON.phrases.keys()].flatMap((phrase) => phrase.split(" ")),
]);

/**
 * Finds the phrases of a rule, the longest first.
 *
 * @param synonyms words that the model has others for
 */
export function readWords(text: string, synonyms: Readonly<Record<string, string>> = {}): ReadWords {
  const words = plainWords(text)
    .map((word) => (KNOWN_WORDS.has(word) ? word : (synonyms[word] ?? word)))
    .filter((word) => !LEFT_OUT.has(word));
  const tokens: Token[] = [];
  const unknown = new Set<string>();
  for (let at = 0; at < words.length; ) {
    const found = phraseAt(words, at);
    if (found !== null) {
      tokens.push(found.token);
      at += found.length;
      continue;
    }
    const word = words[at]!;
    if (!FILLERS.has(word)) unknown.add(word);
    at++;
  }
  return { tokens, unknown: [...unknown] };
}

function phraseAt(words: readonly string[], at: number): { token: Token; length: number } | null {
  for (let length = Math.min(LEXICON.longest, words.length - at); length > 0; length--) {
    const phrase = words.slice(at, at + length).join(" ");
    const meaning = LEXICON.phrases.get(phrase);
    if (meaning !== undefined) return { token: { ...meaning, words: phrase }, length };
  }
  return null;
}

/** Its words in small letters, and its commas. */
function plainWords(text: string): string[] {
  const plain = text
    .normalize("NFKC")
    .toLowerCase()
    .replace(/[’']/g, "'")
    .replace(/\bcan't\b/g, "not")
    .replace(/n't\b/g, " not")
    .replace(/'s\b/g, " is")
    // Otherwise it would be the side.
    .replace(/\b(?:has|have|had|is|are)( just| now)? left\b(?! behind)/g, "leaves");
  return plain.match(/[\p{L}\p{N}]+|,/gu) ?? [];
}
