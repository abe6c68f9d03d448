import { describe, expect, it } from "vitest";
import type { UnitRecord } from "../../../client/src/story/unit-record.ts";
import { placeLabels } from "../../../client/src/watch/timeline/lane-layout.ts";
import { silences, TimeAxis, unitAt } from "../../../client/src/watch/timeline/time-axis.ts";

const unit = (unit: number, skipReason: UnitRecord["skipReason"] = null): UnitRecord => ({
  ...{ unit, mediaTimeMs: unit * 500, state: skipReason === null ? "said" : "quiet", skipReason },
  ...{ still: false, unfamiliar: false, seenMs: null, eventId: null },
});

describe("the time axis", () => {
  it("goes from times to places and back, with round times below it", () => {
    const axis = new TimeAxis(60_000, 90_000, 30);
    expect([axis.width, axis.x(61_000), axis.timeAt(30)]).toEqual([900, 30, 61_000]);
    expect(axis.ticks(64)).toEqual([60_000, 65_000, 70_000, 75_000, 80_000, 85_000, 90_000]);
  });

  it("finds the nearest unit", () => {
    const units = [unit(1), unit(2), unit(4)];
    expect([0, 500, 700, 800, 1400, 1600, 9000].map((ms) => unitAt(units, ms))).toEqual([
      0, 0, 0, 1, 1, 2, 2,
    ]);
    expect(unitAt([], 0)).toBe(-1);
  });

  it("joins what was left out for the same reason", () => {
    const units = [
      unit(0, "nothing_new"),
      unit(1, "nothing_new"),
      unit(2),
      unit(3, "nothing_new"),
      unit(4, "late"),
    ];
    expect(silences(units)).toEqual([
      { reason: "nothing_new", unit: 0, fromMs: 0, toMs: 500 },
      { reason: "nothing_new", unit: 3, fromMs: 1000, toMs: 1500 },
      { reason: "late", unit: 4, fromMs: 1500, toMs: 2000 },
    ]);
  });
});

describe("words on the axis", () => {
  it("never cover each other, and end at the present", () => {
    for (let seed = 1; seed < 50; seed++) {
      const labels = Array.from({ length: 30 }, (_, at) => ({
        x: at * 25 + ((at * seed) % 25),
        width: 20 + ((at * seed * 37) % 180),
      }));
      const placed = placeLabels(labels, 760, 300);
      expect(placed.at(-1), "the newest is always there").not.toBeNull();
      const there = placed.filter((place) => place !== null);
      there.forEach(({ left, width }, at) => {
        expect(left + width).toBeLessThanOrEqual(there[at + 1]?.left ?? 760);
      });
    }
  });

  it("begin at their moment, but for the newest, which is whole while its moment is at the edge", () => {
    const places = placeLabels(
      [
        { x: 0, width: 300 },
        { x: 390, width: 150 },
      ],
      400,
      200,
    );
    expect(places).toEqual([
      { left: 0, width: 240 },
      { left: 250, width: 150 },
    ]);
    expect(
      placeLabels(
        [
          { x: 240, width: 300 },
          { x: 390, width: 150 },
        ],
        400,
        200,
      )[0],
    ).toBeNull();
    expect(placeLabels([{ x: 10, width: 100 }], 400, 200)).toEqual([{ left: 10, width: 100 }]);
  });
});
