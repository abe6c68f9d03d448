import { setTimeout as after } from "node:timers/promises";
import { expect, test } from "vitest";
import { collectGarbage } from "../../src/worker/mod.ts";

test("what nobody holds any more is gone", async () => {
  let held: { rows: number[] } | null = { rows: Array.from({ length: 1000 }, (_, i) => i) };
  const kept = { rows: [1, 2, 3] };
  const [dropped, still] = [new WeakRef(held), new WeakRef(kept)];
  held = null;
  await after(10); // A weak reference holds its target until the turn is over.
  collectGarbage();
  expect(dropped.deref()).toBeUndefined();
  expect(still.deref()).toBe(kept);
});
