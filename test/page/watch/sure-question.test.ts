import { expect, it } from "vitest";
import type { Thought } from "../../../client/src/story/thought.ts";
import { sureQuestion } from "../../../client/src/watch/sure-question.ts";

const thought = (text: string, change: Partial<Thought> = {}): Thought => ({
  ...{ id: "t", eventId: "event_1", unit: 1, sinceMs: 0, mediaTimeMs: 500, text, isDone: true, ttftMs: 1 },
  ...{ unfamiliar: false, heardAtMs: 0, ...change },
});

it("is about what was told last, and only when that is clear", () => {
  expect(sureQuestion([])).toBeNull();
  expect(sureQuestion([thought("a red car enters from the left #1")])).toBe("What colour was the last car?");
  expect(sureQuestion([thought("a red car enters from the left #1, a blue car stops")])).toBe(
    "What happened last?",
  );
  expect(sureQuestion([thought("Somebody waits at the door.")])).toBe("What happened last?");
  expect(sureQuestion([thought("a red car enters", { isDone: false })])).toBeNull();
  expect(sureQuestion([thought("a red car enters from the left #1", { unfamiliar: true })])).toBeNull();
});
