import { beforeAll, describe, expect, it } from "vitest";
import { type Bundle, loadBundle, QuestionNotes, TextCodec } from "../../src/models/mod.ts";
import { BUNDLED_MODEL, TINY_BUNDLE } from "../support/bundles.ts";

type Notes = Bundle["manifest"]["notes"];

async function notes(...which: Notes): Promise<QuestionNotes> {
  const bundle = await loadBundle(TINY_BUNDLE);
  const manifest = { ...bundle.manifest, notes: which, synonyms: { exit: "leave" } };
  return new QuestionNotes(manifest, new TextCodec({ ...bundle, manifest }));
}

describe("QuestionNotes", () => {
  it("finds the first note of which a phrase occurs in the question, word by word", async () => {
    const found = await notes(
      { phrases: ["how many", "leave"], text: "One." },
      { phrases: ["many cars", "who"], text: "Two." },
    );
    expect(found.on("How many cars came?")).toBe("One.");
    expect(found.on("did the car EXIT?")).toBe("One.");
    expect(found.on("who has many cars")).toBe("Two.");
    for (const question of ["how far", "many how", "leaves", "how zebra many", ""])
      expect(found.on(question), question).toBeNull();
  });

  it("has none where the bundle has none, and refuses a phrase outside the vocabulary", async () => {
    expect((await notes()).on("how many")).toBeNull();
    await expect(notes({ phrases: ["how zebra"], text: "One." })).rejects.toMatchObject({
      code: "token_missing",
      message: expect.stringContaining("zebra"),
    });
  });

  describe("of the bundled model", () => {
    let bundled: QuestionNotes;
    beforeAll(async () => {
      const bundle = await loadBundle(BUNDLED_MODEL);
      bundled = new QuestionNotes(bundle.manifest, new TextCodec(bundle));
    });

    it.each([
      "How many cars are there?",
      "How many cars passed?",
      "When did the yellow car leave?",
      "How long has the car been standing there?",
      "Is there a red car?",
      "Did anyone exit?",
    ])("%s is about what may stand there from the start", (question) => {
      expect(bundled.on(question)).toMatch(/from the start has not come/);
    });

    it.each([
      "What colour was the last car?",
      "Which way did the last car go?",
      "What is this about?",
      "Why did the car stop?",
      "Where did the first thing come from?",
    ])("%s is not", (question) => {
      expect(bundled.on(question)).toBeNull();
    });
  });
});
