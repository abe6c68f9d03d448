import { beforeAll, describe, expect, it } from "vitest";
import { KvMemory } from "../../src/cache/mod.ts";
import { type Bundle, loadBundle } from "../../src/models/mod.ts";
import type { TextRunner } from "../../src/reasoner/text-runner.ts";
import { TINY_BUNDLE } from "../support/bundles.ts";
import { openRunners, ReasonerRun, type ReasonerRunners } from "../support/reasoner-run.ts";

let bundle: Bundle;
let sessions: ReasonerRunners;
beforeAll(async () => {
  bundle = await loadBundle(TINY_BUNDLE);
  sessions = await openRunners(bundle);
});

const used = () => sessions.think.memory.usedBytes;

describe("the memory of a stream's thinkers", () => {
  it("is given back with every answer, given or cancelled, and with the stream", async () => {
    // What a step needs for itself is kept between steps; the widest step of this test comes first.
    const widest = new ReasonerRun(bundle, sessions);
    await widest.see();
    await widest.settle();
    for (let i = 0; i < 5; i++) widest.ask(`answer-${i}`);
    await widest.settle();
    widest.mind.release();

    const before = used();
    const run = new ReasonerRun(bundle, sessions);
    await run.see();
    await run.settle();
    const narrating = used();
    expect(narrating).toBeGreaterThan(before);
    for (let i = 0; i < 5; i++) run.ask(`answer-${i}`);
    await run.round();
    expect(used()).toBeGreaterThan(narrating);
    run.mind.cancel("answer-3");
    await run.settle();
    expect(run.log.answers).toHaveLength(5);
    expect(used()).toBe(narrating);
    run.ask("under way");
    await run.round();
    run.mind.release();
    expect(used()).toBe(before);
  });

  it("is not taken by a stream that finds it full", () => {
    const memory = new KvMemory(2 ** 21);
    const { think } = sessions;
    const poor = { ...sessions, think: Object.create(think, { memory: { value: memory } }) as TextRunner };
    expect(() => new ReasonerRun(bundle, poor, { textWindowTokens: 100_000 })).toThrowError("full");
    expect(memory.usedBytes).toBe(0);
  });
});
