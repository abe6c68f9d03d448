import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Sampler } from "../../src/reasoner/sampler.ts";

const HIDDEN = Number.NEGATIVE_INFINITY;
const draw = (sampler: Sampler, logits: readonly number[], times: number) =>
  Array.from({ length: times }, () => sampler.choose(Float32Array.from(logits)));

describe("Sampler", () => {
  it("takes the most likely token at temperature 0, the first of equals", () => {
    expect(draw(new Sampler(0, 1), [1, 3, 2, 3], 3)).toEqual([1, 1, 1]);
    expect(draw(new Sampler(0, 1), [HIDDEN, HIDDEN, -500], 1)).toEqual([2]);
  });

  it("draws the same with the same seed, and something else with another", () => {
    const logits = Array.from({ length: 50 }, (_, i) => Math.sin(i));
    const drawn = (seed: number) => draw(new Sampler(1, seed), logits, 40);
    expect(drawn(7)).toEqual(drawn(7));
    expect(drawn(7)).not.toEqual(drawn(8));
    expect(new Set(drawn(7)).size).toBeGreaterThan(10);
  });

  it("draws as often as the softmax says", () => {
    const logits = [0, Math.log(2), Math.log(5)];
    const shares = (temperature: number) => {
      const drawn = draw(new Sampler(temperature, 3), logits, 20_000);
      return [0, 1, 2].map((token) => drawn.filter((other) => other === token).length / drawn.length);
    };
    for (const [temperature, expected] of [
      [1, [1 / 8, 2 / 8, 5 / 8]],
      [0.5, [1 / 30, 4 / 30, 25 / 30]],
    ] as const) {
      const found = shares(temperature);
      for (const [i, share] of expected.entries()) expect(Math.abs(found[i]! - share)).toBeLessThan(0.02);
    }
  });

  it("never takes a hidden token, at any temperature and seed", () => {
    const logits = fc
      .array(fc.option(fc.double({ min: -50, max: 50, noNaN: true }), { nil: HIDDEN }), { minLength: 1 })
      .filter((row) => row.some(Number.isFinite));
    const temperature = fc.constantFrom(0, 0.001, 0.5, 1, 2);
    fc.assert(
      fc.property(logits, temperature, fc.nat(), (row, heat, seed) => {
        for (const token of draw(new Sampler(heat, seed), row, 20))
          expect(row[token]).toBeGreaterThan(HIDDEN);
      }),
    );
  });

  it("stays sane where weights over- or underflow", () => {
    expect(draw(new Sampler(0.001, 1), [1e30, -1e30, 0], 5)).toEqual([0, 0, 0, 0, 0]);
    expect(draw(new Sampler(2, 1), [-1e30, HIDDEN, -1e30], 50).every((token) => token !== 1)).toBe(true);
  });
});
