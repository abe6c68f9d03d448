import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  CHECKPOINT_STEP_TOKENS,
  PREFILL_TOKENS,
  PRIORITY,
  prefillChunk,
  type Schedulable,
  Scheduler,
  type TextStep,
} from "../../src/reasoner/mod.ts";

/** Somebody who always has so many tokens to feed, and counts the steps that it takes part in. */
class Busy implements Schedulable {
  readonly steps: number[] = [];

  constructor(
    readonly priority: number,
    readonly demand: number,
    private readonly now: () => number,
  ) {}

  prepare(): TextStep {
    this.steps.push(this.now());
    return { tokens: new Array(this.demand).fill(0), rows: [], wanted: this.demand };
  }

  accept(): void {}
}

describe("chunks of a prefill", () => {
  it("are as few as can be, nearly of one length, and all that is to be fed", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 500 }), fc.integer({ min: 1, max: 80 }), (length, most) => {
        const chunks: number[] = [];
        for (let left = length; left > 0; left -= chunks.at(-1)!) chunks.push(prefillChunk(left, most));
        expect(chunks.reduce((a, b) => a + b)).toBe(length);
        expect(chunks.length).toBe(Math.ceil(length / most));
        expect(Math.max(...chunks) - Math.min(...chunks)).toBeLessThanOrEqual(1);
      }),
    );
    expect(prefillChunk(49, Number.POSITIVE_INFINITY)).toBe(49);
  });
});

describe("prefill of visual tokens", () => {
  it("lets no narrator wait for more than two chunks, and no camera starve", async () => {
    let step = 0;
    const now = () => step;
    const narrators = Array.from({ length: 8 }, () => new Busy(PRIORITY.narration, 1, now));
    const cameras = Array.from({ length: 8 }, () => new Busy(PRIORITY.prefill, PREFILL_TOKENS, now));
    const questions = Array.from(
      { length: 4 },
      () => new Busy(PRIORITY.question, CHECKPOINT_STEP_TOKENS, now),
    );
    const largest: number[] = [];
    const scheduler = new Scheduler<{ thinkers(): readonly Busy[] }>({
      stepTokens: CHECKPOINT_STEP_TOKENS,
      run: async (steps) => {
        largest.push(steps.reduce((sum, { tokens }) => sum + tokens.length, 0));
        return steps.map(() => []);
      },
      onFailed: (_, error) => {
        throw error;
      },
    });
    scheduler.join({ thinkers: () => [...narrators, ...cameras, ...questions] });
    for (; step < 200; step++) await scheduler.step();

    const waits = ({ steps }: Busy) => steps.slice(1).map((at, i) => at - steps[i]!);
    // A step has two chunks at the most, and each narrator takes part in every second one at the least.
    expect(Math.max(...largest)).toBeLessThanOrEqual(2 * PREFILL_TOKENS);
    for (const narrator of narrators) expect(Math.max(...waits(narrator))).toBeLessThanOrEqual(2);
    for (const other of [...cameras, ...questions]) {
      expect(other.steps.length).toBeGreaterThan(200 / 24);
      expect(Math.max(...waits(other))).toBeLessThanOrEqual(24);
    }
  });
});
