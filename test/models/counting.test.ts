import { describe, expect, it } from "vitest";
import { TaughtLocalModel } from "../../src/backends/local/local-model.ts";
import { type Bundle, Counting, loadBundle, TextCodec } from "../../src/models/mod.ts";
import { BUNDLED_MODEL, TINY_BUNDLE } from "../support/bundles.ts";

async function counting(of: Bundle["manifest"]["counting"]): Promise<Counting> {
  const bundle = await loadBundle(TINY_BUNDLE);
  return new Counting({ ...bundle.manifest, counting: of }, new TextCodec(bundle));
}

describe("Counting", () => {
  it("knows a count by its question and its bare number", async () => {
    const known = await counting({ phrases: ["how many"], overlooked: [] });
    expect(known.isCount("How many cars came?", "4")).toBe(true);
    expect(known.isCount("How many cars came?", "0")).toBe(true);
    expect(known.isCount("How many seconds ago did the car leave?", "7 seconds")).toBe(false);
    expect(known.isCount("What came?", "4")).toBe(false);
  });

  it("knows thoughts that say that somebody may be missed, in the bundle's own words", async () => {
    const phrases = { covered: ["car stops"], crowd: ["many cars"] };
    const overlooked = (["covered", "crowd"] as const).map((why) => ({ phrases: phrases[why], why }));
    const known = await counting({ phrases: ["how many"], overlooked });
    expect(known.whyOverlooked("a red car stops")).toBe("covered");
    expect(known.whyOverlooked("many cars")).toBe("crowd");
    expect(known.whyOverlooked("a red car enters")).toBeNull();
  });

  it("finds no count where the bundle has no such words, and refuses words outside the vocabulary", async () => {
    expect((await counting(undefined)).isCount("How many cars came?", "4")).toBe(false);
    await expect(counting({ phrases: ["how zebra"], overlooked: [] })).rejects.toMatchObject({
      code: "token_missing",
    });
  });

  it("of the bundled model: a count, and a covered camera", async () => {
    const model = new TaughtLocalModel(await loadBundle(BUNDLED_MODEL));
    const done = {
      ...({ type: "task.done", task: "t", outcome: "completed", skipReason: null, error: null } as const),
      ...{ unit: 0, mediaTimeMs: 0, tokens: 1, prompt: null, startedAtMs: 0, finishedAtMs: 0 },
      ...{ unanswerable: null, note: null },
    };
    expect(model.annotate("How many people came?", { ...done, text: "3" }).isCount).toBe(true);
    expect(model.annotate("What happened last?", { ...done, text: "3" }).isCount).toBe(false);
    expect(
      model.annotate("How many people came?", { ...done, text: "3", outcome: "cancelled" }).isCount,
    ).toBe(false);
    expect(model.annotateThought({ ...done, text: "the camera is covered" }).overlooked).toBe("covered");
    expect(model.annotateThought({ ...done, text: "a red car stops" }).overlooked).toBeNull();
  });
});
