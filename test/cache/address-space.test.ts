import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { AddressSpace } from "../../src/cache/mod.ts";

const START = 1000;

interface Piece {
  readonly address: number;
  readonly size: number;
}

/** A step: allocate `size`, or, where `release` is set, release the piece that it picks. */
const steps = fc.array(
  fc.record({ size: fc.integer({ min: 1, max: 60 }), release: fc.option(fc.nat(999), { freq: 1 }) }),
  { minLength: 1, maxLength: 200 },
);

/** Gaps before, between and behind pieces, found without the allocator's own list. */
function gaps(held: readonly Piece[], end: number): { between: number; behind: number } {
  let [between, at] = [0, START];
  for (const { address, size } of held.toSorted((a, b) => a.address - b.address)) {
    if (address > at) between++;
    at = address + size;
  }
  return { between, behind: end - at };
}

describe("AddressSpace", () => {
  it("never gives out an address twice, and keeps free addresses joined, in any order", () => {
    fc.assert(
      fc.property(steps, (sequence) => {
        const space = new AddressSpace(START);
        const held: Piece[] = [];
        for (const { size, release } of sequence) {
          if (release !== null && held.length > 0) {
            const [gone] = held.splice(release % held.length, 1);
            space.release(gone!.address, gone!.size);
          } else {
            const address = space.allocate(size);
            expect(address).toBeGreaterThanOrEqual(START);
            expect(address + size).toBeLessThanOrEqual(space.end);
            for (const other of held)
              expect(address >= other.address + other.size || address + size <= other.address).toBe(true);
            held.push({ address, size });
          }
          expect({ between: space.freePieces, behind: 0 }).toEqual(gaps(held, space.end));
        }
        while (held.length > 0) {
          const gone = held.splice(held.length % 2 === 0 ? 0 : -1, 1)[0]!;
          space.release(gone.address, gone.size);
        }
        expect([space.end, space.freePieces]).toEqual([START, 0]);
        expect(space.allocate(60)).toBe(START);
      }),
      { numRuns: 300 },
    );
  });

  it("uses the lowest free piece that is long enough, and leaves the rest of it free", () => {
    const space = new AddressSpace(0);
    const [a, , c] = [10, 1, 20, 1].map((size) => space.allocate(size));
    space.release(a!, 10);
    space.release(c!, 20);
    expect([space.allocate(15), space.allocate(5), space.allocate(5), space.allocate(5)]).toEqual([
      11, 0, 5, 26,
    ]);
    expect([space.end, space.freePieces]).toEqual([32, 0]);
  });

  it("refuses to take back what is not in use", () => {
    const space = new AddressSpace(START);
    const [a] = [space.allocate(10), space.allocate(10)];
    space.release(a, 10);
    for (const [address, size] of [
      [a, 10],
      [a + 5, 10],
      [a - 1, 1],
      [a + 10, 11],
      [a + 10, 0],
    ] as const)
      expect(() => space.release(address, size)).toThrowError(RangeError);
    expect([space.end, space.freePieces]).toEqual([START + 20, 1]);
  });
});
