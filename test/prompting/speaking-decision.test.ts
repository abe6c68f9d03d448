import { describe, expect, it } from "vitest";
import { SpeakingDecision } from "../../src/prompting/mod.ts";

/** Numbers from 0 to 1 that only depend on the seed. */
function randomNumbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

interface Run {
  /** Score of a quiet unit. */
  readonly quiet: number;
  /** Score of a unit in which something happens. */
  readonly news: number;
  /** Most that chance adds to or takes from a score. */
  readonly noise: number;
  /** How often something happens. */
  readonly often: number;
  readonly units?: number;
}

/** A stream of a model whose thoughts are new where something happens, and otherwise repeat: right and wrong, by half. */
function run({ quiet, news, noise, often, units = 400 }: Run, decision = new SpeakingDecision()) {
  const random = randomNumbers(7);
  const halves = [0, 1].map(() => ({ hits: 0, misses: 0, false: 0, passed: 0 }));
  for (let unit = 0; unit < units; unit++) {
    const happens = random() < often;
    const score = (happens ? news : quiet) + noise * (2 * random() - 1);
    const { speak, bias } = decision.decide(score);
    expect(speak || score <= bias).toBe(true);
    if (speak) decision.heard(!happens);
    const count = halves[Math.floor((2 * unit) / units)]!;
    count[happens ? (speak ? "hits" : "misses") : speak ? "false" : "passed"]++;
  }
  const [first, second] = halves as [(typeof halves)[0], (typeof halves)[0]];
  const f1 = ({ hits, misses, false: wrong }: typeof first) => (2 * hits) / (2 * hits + misses + wrong);
  return { first, second, f1: f1(second) };
}

describe("the decision to speak", () => {
  it.each([-9, -3, 0, 3, 9])("finds out what is news to a model that leans by %d", (lean) => {
    expect(run({ quiet: lean - 1, news: lean + 1, noise: 0.8, often: 0.2 }).f1).toBeGreaterThan(0.95);
  });

  it.each([-9, 0, 9])(
    "does better than to speak always with a model that leans by %d and is often wrong",
    (lean) => {
      const often = 0.25;
      const { f1 } = run({ quiet: lean, news: lean + 0.5, noise: 1, often });
      expect(f1).toBeGreaterThan((2 * often) / (1 + often));
    },
  );

  it.each([-9, 0, 9])("falls silent where nothing ever happens, though the model leans by %d", (lean) => {
    for (const noise of [0, 0.01, 1]) {
      const { second } = run({ quiet: lean, news: lean, noise, often: 0 });
      expect(second.false).toBeLessThan(0.08 * second.passed);
    }
  });

  it.each([-9, 0, 9])(
    "is not silent where something happens in each unit, though the model leans by %d",
    (lean) => {
      for (const noise of [0, 0.01, 1]) {
        const { second } = run({ quiet: lean, news: lean, noise, often: 1 });
        expect(second.hits).toBeGreaterThan(0.35 * (second.hits + second.misses));
      }
    },
  );

  it("follows a model that begins to lean another way", () => {
    const decision = new SpeakingDecision();
    run({ quiet: -4, news: -2, noise: 0.5, often: 0.2 }, decision);
    expect(run({ quiet: 4, news: 6, noise: 0.5, often: 0.2 }, decision).f1).toBeGreaterThan(0.95);
  });

  it("takes one score that is far from all others for no group of its own", () => {
    const decision = new SpeakingDecision();
    const random = randomNumbers(3);
    let spoken = 0;
    for (let unit = 0; unit < 20; unit++) {
      if (!decision.decide(unit === 0 ? 5 : 2 + random() / 2).speak) continue;
      decision.heard(false);
      spoken++;
    }
    expect(spoken).toBeGreaterThan(12);
  });

  it("believes a server that only says which was chosen, and speaks less often as it repeats itself", () => {
    const decision = new SpeakingDecision();
    expect(decision.decide(Number.NEGATIVE_INFINITY).speak).toBe(false);
    expect(decision.decide(null).speak).toBe(false);
    const spoken = Array.from({ length: 40 }, () => {
      const { speak } = decision.decide(Number.POSITIVE_INFINITY);
      if (speak) decision.heard(true);
      return speak;
    });
    expect(spoken.flatMap((speak, unit) => (speak ? [unit] : []))).toEqual([0, 1, 3, 7, 15, 31]);
    for (let unit = 0; unit < 60; unit++) decision.decide(Number.NEGATIVE_INFINITY);
    expect(decision.decide(Number.POSITIVE_INFINITY).speak).toBe(true);
    decision.heard(false);
    expect(decision.decide(Number.POSITIVE_INFINITY).speak).toBe(true);
  });

  it("starts with the usual bias that it is given", () => {
    expect(new SpeakingDecision(2).decide(1)).toEqual({ speak: false, score: 1, bias: 2 });
    expect(new SpeakingDecision(-2).decide(-1)).toEqual({ speak: true, score: -1, bias: -2 });
  });
});
