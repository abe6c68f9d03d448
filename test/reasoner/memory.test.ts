import { beforeAll, describe, expect, it } from "vitest";
import { KvMemory } from "../../src/cache/mod.ts";
import { type Bundle, loadBundle } from "../../src/models/mod.ts";
import type { TextRunner } from "../../src/reasoner/mod.ts";
import { TINY_BUNDLE } from "../support/bundles.ts";
import { openRunners, ReasonerRun, type ReasonerRunners } from "../support/reasoner-run.ts";

let bundle: Bundle;
let runners: ReasonerRunners;
beforeAll(async () => {
  bundle = await loadBundle(TINY_BUNDLE);
  runners = await openRunners(bundle);
});

const used = () => runners.text.memory.usedBytes;

describe("the memory of a stream's thinkers", () => {
  it("is given back with every answer, given or cancelled, and with the stream", async () => {
    // What a step needs for itself is kept between steps; the widest step of this test comes first.
    const widest = new ReasonerRun(bundle, runners);
    await widest.show();
    await widest.settle();
    for (let i = 0; i < 5; i++) widest.ask(`answer-${i}`);
    await widest.settle();
    widest.stream.release();

    const before = used();
    const run = new ReasonerRun(bundle, runners);
    await run.show();
    await run.settle();
    const narrating = used();
    expect(narrating).toBeGreaterThan(before);
    for (let i = 0; i < 5; i++) run.ask(`answer-${i}`);
    await run.step();
    expect(used()).toBeGreaterThan(narrating);
    run.stream.cancel("answer-3");
    await run.settle();
    expect(run.log.answers).toHaveLength(5);
    expect(used()).toBe(narrating);
    run.ask("under way");
    await run.step();
    run.stream.release();
    expect(used()).toBe(before);
  });

  it("is not taken by a stream that finds it full", () => {
    const memory = new KvMemory(2 ** 21);
    const { text } = runners;
    const poor = { ...runners, text: Object.create(text, { memory: { value: memory } }) as TextRunner };
    expect(() => new ReasonerRun(bundle, poor, { textWindowTokens: 100_000 })).toThrowError("full");
    expect(memory.usedBytes).toBe(0);
  });
});
