import { expect, it } from "vitest";
import { describeMachine } from "../../lib/machine.ts";
import { outcomeMarkdown } from "../../reliability/mod.ts";
import { atMost, none } from "../../reliability/trial.ts";

it("the page of a trial says what held, what did not, and on which commit", () => {
  const trial = { name: "storm", title: "A storm", run: () => Promise.reject(new Error()) };
  const findings = [atMost("time", 6.123, 5, "s"), none("faults", []), none("losses", ["a", "b", "c", "d"])];
  const run = { commit: "abc1234", date: "2026-11-27", minutes: 3, machine: describeMachine() };
  const page = outcomeMarkdown(trial, { tried: "4 times", findings }, run);
  expect(page).toContain("# A storm\n\nTried: 4 times.\n\n");
  expect(page).toContain("| time | at most 5 s | 6.12 s | **not held** |");
  expect(page).toContain("| faults | none | none | held |");
  expect(page).toContain("| losses | none | 4: a; b; c | **not held** |");
  expect(page).toMatch(/`npm run soak -- storm` in 3 min on 2026-11-27, commit abc1234, .*\.\n$/);
});
