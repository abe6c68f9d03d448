import { describe, expect, it } from "vitest";
import type { EngineStream } from "../../src/engine/mod.ts";
import { startTinyEngine } from "../support/engine.ts";
import { feed, StreamLog } from "../support/stream-log.ts";

const NARRATORS = 16;
const UNITS = 20;
/** As many as a stream takes, each as long as the model allows. */
const QUESTIONS = 32;

/** Who said something, in the order in which it was said: a narrator by its stream's id, an answerer by its answer's. */
function listen(stream: EngineStream, said: string[]): void {
  stream.events$.subscribe((event) => {
    if (event.type === "thought.delta" || event.type === "thought.done") said.push(stream.id);
    if (event.type === "answer.delta" || event.type === "answer.done")
      said.push(`${stream.id} ${event.answer}`);
  });
}

/** What was said, step by step: without drafts a thinker says one thing in a step, so whoever speaks again begins one. */
function steps(said: readonly string[]): Set<string>[] {
  const all = [new Set<string>()];
  for (const who of said) {
    if (all.at(-1)!.has(who)) all.push(new Set());
    all.at(-1)!.add(who);
  }
  return all;
}

describe("32 long questions to one stream", () => {
  it("let no narrator of 16 other streams wait for more than two steps", async () => {
    await using engine = await startTinyEngine({ draftWords: 0 });
    const asked = new StreamLog(engine.openStream({ temperature: 1, seed: 5 }));
    await feed(asked.stream, engine.model, 0, 4);
    if (asked.all("thought.done").length < 2) await asked.next("thought.done", ({ unit }) => unit === 1);
    // Thinking about these is held back until they end; from then on their narrators always have a step to take.
    const narrated = Array.from(
      { length: NARRATORS },
      (_, seed) => new StreamLog(engine.openStream({ temperature: 1, seed, paradigm: "batch" })),
    );
    await Promise.all(
      narrated.map(async (log, scene) => {
        await feed(log.stream, engine.model, 0, 2 * UNITS, scene);
        if (log.all("unit.seen").length < UNITS)
          await log.next("unit.seen", ({ unit }) => unit === UNITS - 1);
      }),
    );

    const said: string[] = [];
    for (const { stream } of [asked, ...narrated]) listen(stream, said);
    const question = Array(engine.model.limits.questionTokens).fill("car").join(" ");
    for (let i = 0; i < QUESTIONS; i++) asked.stream.ask(question);
    for (const { stream } of [...narrated, asked]) stream.end();
    await Promise.all([asked, ...narrated].map(({ completed }) => completed));

    const all = steps(said);
    for (const { stream } of narrated) {
      const spoke = all.flatMap((step, i) => (step.has(stream.id) ? [i] : []));
      const waits = spoke.map((at, i) => at - (spoke[i - 1] ?? -1) - 1);
      expect(spoke.length).toBeGreaterThanOrEqual(UNITS);
      expect(Math.max(...waits), stream.id).toBeLessThanOrEqual(2);
    }
    // It was a burst: the questions alone filled many steps, while all narrators were thinking.
    const answering = all.flatMap((step, i) => ([...step].some((who) => who.includes(" ")) ? [i] : []));
    expect(answering.length).toBeGreaterThan(8);
    expect(answering[0]).toBeLessThanOrEqual(2);
    expect(answering.at(-1)).toBeLessThan(UNITS);
    expect(asked.all("answer.done")).toHaveLength(QUESTIONS);
    expect(
      asked.all("answer.done").every(({ tokens }) => tokens.question === question.split(" ").length),
    ).toBe(true);
  });
});
