import { beforeAll, describe, expect, it } from "vitest";
import { type Bundle, loadBundle } from "../../src/models/mod.ts";
import { Answerer, type ReasoningOptions } from "../../src/reasoner/mod.ts";
import { TINY_BUNDLE } from "../support/bundles.ts";
import { openRunners, ReasonerRun, type ReasonerRunners } from "../support/reasoner-run.ts";

let bundle: Bundle;
let runners: ReasonerRunners;
beforeAll(async () => {
  bundle = await loadBundle(TINY_BUNDLE);
  runners = await openRunners(bundle);
});

/** A run that has thought about so many units. */
async function thoughtAbout(units: number, options: Partial<ReasoningOptions> = {}): Promise<ReasonerRun> {
  const run = new ReasonerRun(bundle, runners, options);
  for (let unit = 0; unit < units; unit++) {
    await run.show();
    await run.settle();
  }
  return run;
}

const fedByAnswerers = (run: ReasonerRun) =>
  run.fed.filter(({ thinker }) => thinker.policy instanceof Answerer);

describe("an answer", () => {
  it("begins with the whole question in one step, then goes on word by word", async () => {
    const run = await thoughtAbout(3);
    run.ask("a");
    await run.settle();
    const { question, answer } = run.codec.special;
    const [first, ...words] = fedByAnswerers(run).map(({ tokens }) => tokens);
    expect(first).toEqual([question, ...run.codec.encode("what is moving"), answer]);
    expect(words.every((tokens) => tokens.length === 1)).toBe(true);
    const [done] = run.log.answers;
    expect(done).toMatchObject({ task: "a", unit: 2, mediaTimeMs: 1500 });
    expect(done!.tokens).toBe(words.length);
    expect(run.log.streamed("a").join("")).toBe(done!.text);
  });

  it("waits for the first thought, not just for the first unit", async () => {
    const run = await thoughtAbout(0);
    run.ask("a");
    await run.settle();
    expect(run.log.reports).toEqual([]);
    await run.show();
    await run.step();
    expect(fedByAnswerers(run)).toEqual([]);
    await run.settle();
    expect(run.log.answers).toMatchObject([{ task: "a", unit: 0 }]);
  });

  it("is begun in the middle of a thought from the thoughts that are finished, and disturbs none", async () => {
    const undisturbed = await thoughtAbout(3);
    const answers: string[] = [];
    for (const stepsIntoThought of [0, 1, 2, 3]) {
      const run = await thoughtAbout(2);
      await run.show();
      for (let step = 0; step < stepsIntoThought; step++) await run.step();
      run.ask("a");
      await run.settle();
      expect(run.log.answers).toMatchObject([{ task: "a", unit: 2 }]);
      answers.push(run.log.answers[0]!.text);
      expect(run.log.thoughts.map(({ text }) => text)).toEqual(
        undisturbed.log.thoughts.map(({ text }) => text),
      );
    }
    expect(new Set(answers).size, "half a thought makes no difference").toBe(1);
  });

  it("does not look past the unit that is being thought about", async () => {
    const run = await thoughtAbout(2);
    for (let unit = 0; unit < 5; unit++) await run.show();
    run.ask("a");
    await run.settle();
    expect(run.log.answers).toMatchObject([{ unit: 2 }]);
    expect(run.log.thoughts).toHaveLength(7);
  });

  it("is not delayed by units that wait to be thought about", async () => {
    const run = await thoughtAbout(1);
    for (let unit = 0; unit < 7; unit++) await run.show();
    run.ask("a");
    await run.settle();
    const { reports } = run.log;
    const answered = reports.findIndex((report) => report.type === "task.done" && report.task === "a");
    const after = reports.slice(answered).filter(({ type }) => type === "unit.done");
    expect(after.length).toBeGreaterThan(3);
  });

  it("that outgrows its budget ends as incomplete", async () => {
    const run = await thoughtAbout(2, { answerTokens: 1 });
    for (let i = 0; i < 5; i++) run.ask(`a${i}`);
    await run.settle();
    for (const { tokens, outcome } of run.log.answers) {
      expect(tokens).toBe(1);
      expect(["completed", "incomplete"]).toContain(outcome);
    }
    expect(run.log.answers.some(({ outcome }) => outcome === "incomplete")).toBe(true);
  });

  it("that is cancelled ends once, with what it has said, and is fed no more", async () => {
    const run = await thoughtAbout(3);
    run.ask("running");
    run.ask("waiting", "end");
    await run.step();
    run.stream.cancel("running");
    run.stream.cancel("waiting");
    run.stream.cancel("running");
    run.stream.cancel("no such answer");
    const fed = fedByAnswerers(run).length;
    await run.settle();
    expect(fedByAnswerers(run)).toHaveLength(fed);
    const said = run.log.streamed("running");
    expect(said).toHaveLength(1);
    expect(run.log.answers).toMatchObject([
      { task: "running", outcome: "cancelled", text: said.join(""), tokens: 1, unit: 2 },
      { task: "waiting", outcome: "cancelled", text: "", tokens: 0, unit: -1 },
    ]);
  });

  it("about the end waits for it, and is given before the stream is finished", async () => {
    const run = await thoughtAbout(3);
    run.ask("a", "end");
    await run.settle();
    expect(run.log.answers).toEqual([]);
    run.stream.end(4);
    await run.settle();
    expect(run.stream.isFinished).toBe(false);
    await run.show();
    await run.settle();
    expect(run.log.answers).toMatchObject([{ task: "a", unit: 3 }]);
    expect(run.stream.isFinished).toBe(true);
  });

  it("cannot be given when nothing was ever seen", async () => {
    const run = await thoughtAbout(0);
    run.ask("now");
    run.ask("end", "end");
    run.stream.end(0);
    expect(run.stream.isFinished).toBe(false);
    await run.settle();
    expect(run.log.answers.map(({ task, outcome, unit }) => [task, outcome, unit])).toEqual([
      ["now", "nothing_seen", -1],
      ["end", "nothing_seen", -1],
    ]);
    expect(run.stream.isFinished).toBe(true);
  });
});
