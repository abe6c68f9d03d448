import { describe, expect, it } from "vitest";
import { HIDDEN, SegmentBias } from "../../src/cache/mod.ts";

const rows = ({ data, slots }: SegmentBias) =>
  [data.subarray(0, slots), data.subarray(slots)].map((row) =>
    [...row].map((x) => (x === 0 ? "o" : "-")).join(""),
  );

describe("SegmentBias", () => {
  it("hides everything at first", () => {
    expect([...new SegmentBias(3).data]).toEqual(Array(6).fill(HIDDEN));
  });

  it("shows slots in one segment, and hides them from both", () => {
    const bias = new SegmentBias(6);
    bias.showInSink(0, 2);
    bias.showInWindow(3, 3);
    expect(rows(bias)).toEqual(["---ooo", "oo----"]);
    bias.hide(1, 3);
    expect(rows(bias)).toEqual(["----oo", "o-----"]);
    bias.hideAll();
    expect(rows(bias)).toEqual(["------", "------"]);
  });

  it("hides so well that nothing is left of a hidden score in float32", () => {
    expect(Math.fround(Math.exp(Math.fround(1e6 + HIDDEN)))).toBe(0);
    expect(Math.fround(100 + HIDDEN)).toBeLessThan(-1e8);
  });
});
