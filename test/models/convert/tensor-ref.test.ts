import { describe, expect, it } from "vitest";
import { concatenateRows, reshape, scaleRows } from "../../../src/models/convert/tensor-ref.ts";
import { tensorOf } from "../../support/tensor-in-memory.ts";

const counted = (name: string, rows: number, width: number, from = 0) =>
  tensorOf(
    name,
    Float32Array.from({ length: rows * width }, (_, i) => from + i),
    [rows, width],
  );

describe("tensors made of others", () => {
  const a = counted("a", 3, 2);
  const b = counted("b", 2, 2, 100);

  it("are read by ranges that reach over both", async () => {
    const both = concatenateRows([a, b]);
    expect(both.shape).toEqual([5, 2]);
    expect([...(await both.readRows(2, 4))]).toEqual([4, 5, 100, 101]);
    expect([...(await both.read())]).toEqual([0, 1, 2, 3, 4, 5, 100, 101, 102, 103]);
  });

  it("are scaled and reshaped", async () => {
    expect([...(await scaleRows(a, 0.5).readRows(1, 2))]).toEqual([1, 1.5]);
    expect([...(await reshape(a, [2, 3]).readRows(1, 2))]).toEqual([3, 4, 5]);
    expect([...(await a.readRows(1, 2))]).toEqual([2, 3]);
  });

  it("refuse rows of another shape", () => {
    expect(() => concatenateRows([a, counted("c", 2, 3)])).toThrow(
      /c \[2, 3\] cannot stand below a \[3, 2\]/,
    );
    expect(() => reshape(a, [2, 2])).toThrow(RangeError);
  });
});
