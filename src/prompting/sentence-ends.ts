/** Words with a full stop of their own, after which a sentence goes on. */
const ABBREVIATION = /(?:^|[\s("“])(?:mr|mrs|ms|dr|st|no|vs|approx|etc|e\.g|i\.e|[A-Z])$/i;

/**
 * Where the first sentence of a text ends: the index behind its last sign, closing quotes included. A line ends a sentence,
 * too. -1 while none is surely ended: a full stop at the very end may be the one of `3.5`.
 */
export function firstSentenceEnd(text: string): number {
  for (const { index, 0: signs } of text.matchAll(
    /[.!?。！？]+["'”’»)]*(?=\s)|[。！？]+[.!?]*["'”’»)]*(?=[^.!?"'”’»)。！？])|\n/gu,
  )) {
    const before = text.slice(0, index);
    if (signs === "\n") {
      if (before.trim() !== "") return index;
    } else if (!signs.startsWith("..") && !(signs === "." && ABBREVIATION.test(before))) {
      return index + signs.length;
    }
  }
  return -1;
}
