import { describe, expect, it } from "vitest";
import { ReorderBuffer } from "../../src/engine/reorder-buffer.ts";

type Report = Parameters<ReorderBuffer["take"]>[0];
const thought = (unit: number) => ({ type: "task.started", task: `t${unit}`, unit }) satisfies Report;
const answer = { type: "task.token", task: "a", delta: "x" } satisfies Report;

describe("a report about a unit", () => {
  it("waits until the unit has been reported as seen, and holds back the reports after it", () => {
    const order = new ReorderBuffer();
    expect(order.unitSeen(0)).toEqual([]);
    expect(order.take(thought(0))).toEqual([thought(0)]);
    expect(order.take(answer)).toEqual([answer]);
    expect(order.take(thought(1))).toEqual([]);
    expect(order.take(answer)).toEqual([]);
    expect(order.take(thought(2))).toEqual([]);
    expect(order.unitSeen(1)).toEqual([thought(1), answer]);
    expect(order.unitSeen(2)).toEqual([thought(2)]);
  });
});
