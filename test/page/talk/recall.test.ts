import { describe, expect, it } from "vitest";
import { Recall } from "../../../client/src/talk/recall.ts";

describe("what was asked before", () => {
  it("is gone through back and forth, and what was being written comes back", () => {
    const recall = new Recall();
    expect(recall.older("draft")).toBeNull();
    recall.add("one");
    recall.add("two");
    expect(recall.older("draft")).toBe("two");
    expect(recall.older("two")).toBe("one");
    expect(recall.older("one")).toBeNull();
    expect(recall.newer()).toBe("two");
    expect(recall.newer()).toBe("draft");
    expect(recall.newer()).toBeNull();
  });

  it("has each question once, where it was asked last", () => {
    const recall = new Recall();
    for (const question of ["one", "two", "one"]) recall.add(question);
    expect([recall.older(""), recall.older(""), recall.older("")]).toEqual(["one", "two", null]);
  });
});
