import { expect, it } from "vitest";
import { SceneLog } from "../../src/engine/scene-log.ts";

it("remembers how the scene stood at each unit, and tells changes only", () => {
  const log = new SceneLog();
  const take = (unit: number, reason: "cut" | "edited" | null) =>
    log.take({ reason, sinceMs: 10 * unit }, unit, 500 * unit);
  const told = [
    take(0, null),
    take(1, null),
    take(2, "cut"),
    take(3, "cut"),
    take(4, "edited"),
    take(5, null),
  ];
  expect(told.map((change) => change?.reason)).toEqual([
    undefined,
    undefined,
    "cut",
    undefined,
    "edited",
    null,
  ]);
  expect(told[2]).toMatchObject({ status: "unfamiliar", unit: 2, mediaTimeMs: 1000, sinceMs: 20 });
  expect([-1, 0, 1, 2, 3, 4, 5, 6].map((unit) => log.unfamiliarAt(unit))).toEqual([
    false,
    false,
    false,
    true,
    true,
    true,
    false,
    false,
  ]);
});
