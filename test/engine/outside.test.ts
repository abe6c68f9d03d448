import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createEngine } from "../../src/backends/mod.ts";
import type { Engine } from "../../src/engine/mod.ts";
import { BUNDLED_MODEL } from "../support/bundles.ts";
import { feed, StreamLog } from "../support/stream-log.ts";

let engine: Engine;
beforeAll(async () => {
  engine = await createEngine({ model: BUNDLED_MODEL });
});
afterAll(() => engine.close());

/** What the bundled model says to a question about a quiet picture. */
async function ask(question: string) {
  const log = new StreamLog(engine.openStream());
  await feed(log.stream, engine.model, 0, 8);
  log.stream.ask(question);
  const [done] = await log.next("answer.done").then(() => log.all("answer.done"));
  log.stream.end();
  await log.completed;
  return done!;
}

describe("a question that the bundled model was not taught", () => {
  it.each([
    ["What is the capital of France?", ["capital", "france"]],
    ["Write poems, please!", ["write", "poems", "please"]],
    ["Wie spät ist es?", ["wie", "spät", "ist", "es"]],
  ])("%s gets an honest answer, the words it does not know, and examples", async (question, unknownWords) => {
    const { text, status, unanswerable, note } = await ask(question);
    expect(text).toBe("i cannot tell that");
    expect(status).toBe("completed");
    expect(note).toBeNull();
    expect(unanswerable).toEqual({ unknownWords, examples: engine.model.exampleQuestions });
  });

  it("is none of its own examples", async () => {
    for (const question of engine.model.exampleQuestions) {
      const { unanswerable, text } = await ask(question);
      expect(unanswerable, `${question} ${text}`).toBeNull();
    }
  });
});

describe("what stands there from the start has not come, for the bundled model", () => {
  it("a count carries a note that says so, and its text stays the bare answer", async () => {
    const { text, note, unanswerable } = await ask("How many cars are there?");
    expect(text).toMatch(/^\d+$/);
    expect(note).toMatch(/from the start has not come/);
    expect(unanswerable).toBeNull();
  });

  it("other answers carry none", async () => {
    expect((await ask("What is this about?")).note).toBeNull();
  });
});
