import fc from "fast-check";

/** Most bits that are flipped, and longest block (bytes) that is moved. */
const MOST_FLIPS = 40;
const MOST_BLOCK = 4096;

/**
 * Bytes of files that something has happened to: cut off, bits flipped, the beginning of one with the end of another, a
 * block that is missing, twice there or zero, or something behind the end.
 *
 * @param files whole ones, at least one
 */
export function bentBytes(files: readonly Uint8Array[]): fc.Arbitrary<Uint8Array> {
  const file = fc.constantFrom(...files);
  const cutOff = fc.tuple(file, fc.nat()).map(([whole, at]) => whole.subarray(0, at % whole.length));
  const flip = fc.tuple(fc.nat(), fc.nat(7));
  const flipped = fc
    .tuple(file, fc.array(flip, { minLength: 1, maxLength: MOST_FLIPS }))
    .map(([whole, flips]) => {
      const copy = Uint8Array.from(whole);
      for (const [at, bit] of flips) copy[at % copy.length]! ^= 1 << bit;
      return copy;
    });
  const spliced = fc
    .tuple(file, file, fc.nat(), fc.nat())
    .map(([first, second, end, start]) =>
      Buffer.concat([first.subarray(0, end % first.length), second.subarray(start % second.length)]),
    );
  const block = fc
    .tuple(
      file,
      fc.nat(),
      fc.integer({ min: 1, max: MOST_BLOCK }),
      fc.constantFrom("missing", "twice", "zero"),
    )
    .map(([whole, from, length, what]) => {
      const start = from % whole.length;
      const end = Math.min(whole.length, start + length);
      const inside = whole.subarray(start, end);
      const kept = { missing: [], twice: [inside, inside], zero: [new Uint8Array(end - start)] }[what]!;
      return Buffer.concat([whole.subarray(0, start), ...kept, whole.subarray(end)]);
    });
  const longer = fc
    .tuple(file, fc.uint8Array({ minLength: 1, maxLength: 200 }))
    .map(([whole, more]) => Buffer.concat([whole, more]));
  return fc.oneof(cutOff, flipped, spliced, block, longer);
}
