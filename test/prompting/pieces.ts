import fc from "fast-check";

/** A text, and the same text cut into pieces anywhere, also between the two halves of a character. */
export function cutAnywhere(text: fc.Arbitrary<string>): fc.Arbitrary<{ text: string; pieces: string[] }> {
  return fc.tuple(text, fc.array(fc.nat(400))).map(([whole, places]) => {
    const at = [...new Set(places.filter((place) => place < whole.length))].sort((a, b) => a - b);
    return { text: whole, pieces: [0, ...at].map((from, index) => whole.slice(from, at[index])) };
  });
}

/** Texts made of given fragments in any order. */
export function madeOf(fragments: readonly string[], most = 14): fc.Arbitrary<string> {
  return fc.array(fc.constantFrom(...fragments), { maxLength: most }).map((chosen) => chosen.join(""));
}
