import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Position, type Rope, Rotary } from "../../src/cache/mod.ts";
import golden from "./rotary-golden.json" with { type: "json" };

const WIDTH = 16;
const rotary = new Rotary(WIDTH, { base: 1000 });

function rotate(vector: readonly number[], position: number): number[] {
  const turn = new Float32Array(rotary.size);
  rotary.write(position, turn, 0);
  const half = WIDTH / 2;
  return vector.map((_, i) => {
    const pair = i % half;
    const [x, y] = [vector[pair]!, vector[pair + half]!];
    const [cos, sin] = [turn[pair]!, turn[pair + half]!];
    return i < half ? x * cos - y * sin : y * cos + x * sin;
  });
}

const dot = (a: readonly number[], b: readonly number[]) => a.reduce((sum, x, i) => sum + x * b[i]!, 0);
const unitVector = fc
  .array(fc.double({ min: -1, max: 1, noNaN: true }), { minLength: WIDTH, maxLength: WIDTH })
  .filter((v) => dot(v, v) > 0.01)
  .map((v) => v.map((x) => x / Math.sqrt(dot(v, v))));

describe("Rotary", () => {
  it("writes cos and sin of every pair where it is told, and says where it stopped", () => {
    const target = new Float32Array(3 * WIDTH).fill(9);
    expect(rotary.write(2.5, target, WIDTH)).toBe(2 * WIDTH);
    expect([...target.subarray(0, WIDTH), ...target.subarray(2 * WIDTH)]).toEqual(Array(2 * WIDTH).fill(9));
    for (let i = 0; i < WIDTH / 2; i++) {
      const angle = 2.5 * 1000 ** (-i / (WIDTH / 2));
      expect(target[WIDTH + i]).toBe(Math.fround(Math.cos(angle)));
      expect(target[WIDTH + WIDTH / 2 + i]).toBe(Math.fround(Math.sin(angle)));
    }
  });

  it("lets scores depend on the difference of positions only, even after months (position 1e7)", () => {
    // Thousandths: a double drawn at random is hardly ever large.
    const offset = fc.integer({ min: 0, max: 1e10 }).map((x) => x / 1000);
    const distance = fc.integer({ min: 0, max: 40_000 }).map((x) => x / 1000);
    fc.assert(
      fc.property(unitVector, unitVector, offset, distance, (query, key, at, apart) => {
        const near = dot(rotate(query, apart), rotate(key, 0));
        // The distance as float64 has it at that height: the test is of the angles, not of this sum.
        const far = dot(rotate(query, at + apart), rotate(key, at));
        expect(Math.abs(far - near)).toBeLessThan(1e-6);
      }),
    );
  });

  it("would not, with angles in float32", () => {
    const angle = (position: number) => Math.fround(Math.fround(position) * Math.fround(1));
    expect(Math.abs(Math.cos(angle(1e7 + 0.3) - angle(1e7)) - Math.cos(0.3))).toBeGreaterThan(1e-3);
  });

  it.each(golden)("turns every pair as transformers does: $name", ({ rope, values }) => {
    for (const { position, cos, sin } of values) {
      const ours = new Rotary(2 * cos.length, rope as Rope);
      const turn = new Float32Array(ours.size);
      ours.write(position as Position, turn, 0);
      // Its angles are float32: of 250 they are right to 1.5e-5, and the golden values are rounded to 1e-5.
      [...cos, ...sin].forEach((x, i) => {
        expect(Math.abs(turn[i]! - x)).toBeLessThan(5e-5);
      });
    }
  });

  it("tells positions apart by what they turn", () => {
    const axes = new Rotary(WIDTH, { base: 1000, sections: [2, 3, 3] });
    expect(axes.keyOf([1, 2, 3])).not.toBe(axes.keyOf([1, 3, 2]));
    expect(axes.keyOf([1, 2, 3])).toBe(axes.keyOf([1, 2, 3]));
    expect(axes.keyOf([4, 4, 4])).toBe(axes.keyOf(4));
    expect(rotary.keyOf([1, 2, 3])).toBe(1);
  });

  it("turns text alike on all axes, as if there was one", () => {
    const [one, three] = [new Float32Array(WIDTH), new Float32Array(WIDTH)];
    rotary.write(12.5, one, 0);
    new Rotary(WIDTH, { base: 1000, sections: [2, 3, 3] }).write(12.5, three, 0);
    expect(three).toEqual(one);
  });

  it("refuses sections that are not half a head", () => {
    expect(() => new Rotary(WIDTH, { base: 1000, sections: [2, 3, 4] })).toThrow(/half a head \(8 pairs\)/);
  });
});
