import { describe, expect, it } from "vitest";
import { type BlockFormat, quantiseRows } from "../../../src/models/convert/quantise.ts";
import { gaussian } from "../../support/gaussian.ts";
import { quantisationError, restoreRows } from "../../support/restore-rows.ts";

const formats: readonly BlockFormat[] = [
  { bits: 8, block: 64, zeroPoints: false },
  { bits: 8, block: 64, zeroPoints: true },
  { bits: 4, block: 32, zeroPoints: false },
  { bits: 4, block: 32, zeroPoints: true },
];

describe("quantised rows", () => {
  it.each(formats)("are off by half a step at most: $bits bits, zero points $zeroPoints", (format) => {
    const width = 100;
    const data = gaussian(1, 3 * width);
    const quantised = quantiseRows(data, width, format);
    const restored = restoreRows(quantised, width, format);
    const blocks = Math.ceil(width / format.block);
    data.forEach((value, i) => {
      const scale =
        quantised.scales[Math.floor(i / width) * blocks + Math.floor((i % width) / format.block)]!;
      // A zero point is rounded, too, so that the ends of the range may lie half a step further.
      expect(Math.abs(restored[i]! - value)).toBeLessThanOrEqual(scale * (format.zeroPoints ? 1 : 0.5001));
    });
  });

  it("are nearer to the original the more bits they have, and with zero points where they have four", () => {
    const data = gaussian(2, 64 * 256).map((value) => value + 0.5);
    const [eight, , four, fourWithZeros] = formats.map((format) => quantisationError(data, 256, format));
    expect(eight!).toBeLessThan(0.008);
    expect(four!).toBeGreaterThan(8 * eight!);
    expect(fourWithZeros!).toBeLessThan(0.8 * four!);
  });

  it.each(formats)("keep zeros and constants: $bits bits, zero points $zeroPoints", (format) => {
    const data = new Float32Array(128).fill(2.5, 64);
    expect([...restoreRows(quantiseRows(data, 64, format), 64, format)]).toEqual([...data]);
  });
});
