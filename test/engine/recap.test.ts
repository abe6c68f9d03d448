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

/** What is said of a quiet picture after a recap. */
async function askAfter(recap: string | null, ...questions: string[]): Promise<string[]> {
  const log = new StreamLog(engine.openStream({ recap }));
  await feed(log.stream, engine.model, 0, 8);
  for (const question of questions) {
    log.stream.ask(question);
    await log.next("answer.done");
  }
  log.stream.end();
  await log.completed;
  return log.all("answer.done").map(({ text }) => text);
}

describe("a stream that begins with the recap of an earlier one", () => {
  const questions = ["How many cars came?", "How many people came?", "What is this about?"];

  it("answers from it, also what cannot be seen", async () => {
    const recap =
      "so far about traffic, first a red car enters from the left, 3 cars 1 person came, 2 cars went";
    expect(await askAfter(recap, ...questions)).toEqual(["3", "1", "traffic"]);
  });

  it("begins anew with what the model does not say", async () => {
    const anew = await askAfter(null, ...questions);
    expect(anew.slice(0, 2)).toEqual(["0", "0"]);
    expect(await askAfter("So far I have counted 3 lorries.", ...questions)).toEqual(anew);
  });
});
