import { beforeAll, describe, expect, it } from "vitest";
import { type Bundle, loadBundle, type NumberTokens } from "../../src/models/mod.ts";
import { RunningNumbers } from "../../src/reasoner/running-numbers.ts";
import { TINY_BUNDLE } from "../support/bundles.ts";
import { openRunners, ReasonerRun, type ReasonerRunners } from "../support/reasoner-run.ts";

const [COMMA, CAR, PERSON, ENTERS, APPEARS, LEAVES, MOVES] = [1, 2, 3, 4, 5, 6, 7];
const NUMBERS = [11, 12, 13, 14];
const TOKENS: NumberTokens = { numbers: NUMBERS, kinds: [CAR, PERSON], verbs: [[ENTERS, APPEARS], [LEAVES]] };

describe("RunningNumbers", () => {
  it("lets a number be one more than were told of its kind, and no more", () => {
    const numbers = new RunningNumbers(TOKENS, COMMA);
    expect(numbers.tooLarge([CAR, ENTERS])).toEqual([12, 13, 14]);
    numbers.count([CAR, ENTERS, 11]);
    numbers.count([CAR, APPEARS, 12]);
    expect(numbers.tooLarge([CAR, ENTERS])).toEqual([14]);
    expect(numbers.tooLarge([PERSON, ENTERS])).toEqual([12, 13, 14]);
    expect(numbers.tooLarge([CAR, LEAVES])).toEqual([12, 13, 14]);
  });

  it("counts the clauses before it in the same thought, too", () => {
    const numbers = new RunningNumbers(TOKENS, COMMA);
    expect(numbers.tooLarge([CAR, ENTERS, 11, COMMA, CAR, ENTERS])).toEqual([13, 14]);
    expect(numbers.tooLarge([CAR, ENTERS, 11, COMMA, PERSON, ENTERS])).toEqual([12, 13, 14]);
    numbers.count([CAR, ENTERS, 11, COMMA, CAR, MOVES, COMMA, CAR, ENTERS, 12]);
    expect(numbers.tooLarge([CAR, ENTERS])).toEqual([14]);
  });

  it("lets no number stand where nothing is counted, and any when all numbers are used up", () => {
    const numbers = new RunningNumbers(TOKENS, COMMA);
    for (const words of [[], [CAR], [CAR, MOVES], [CAR, ENTERS, 11, COMMA], [ENTERS]])
      expect(numbers.tooLarge(words)).toEqual(NUMBERS);
    for (let i = 0; i < 9; i++) numbers.count([CAR, ENTERS, 14]);
    expect(numbers.tooLarge([CAR, ENTERS])).toEqual([]);
  });

  it("counts on from what had been told before", () => {
    const numbers = new RunningNumbers(TOKENS, COMMA, 2);
    expect(numbers.tooLarge([CAR, ENTERS])).toEqual([14]);
    numbers.count([CAR, ENTERS, 13]);
    expect(numbers.tooLarge([CAR, ENTERS])).toEqual([]);
    expect(numbers.tooLarge([PERSON, ENTERS])).toEqual([14]);
  });

  it("has nothing against any token of a model without running numbers", () => {
    const none = new RunningNumbers(null, null);
    none.count([CAR, ENTERS, 11]);
    expect(none.tooLarge([CAR, ENTERS])).toEqual([]);
  });
});

describe("a narrator", () => {
  let bundle: Bundle;
  let runners: ReasonerRunners;
  beforeAll(async () => {
    bundle = await loadBundle(TINY_BUNDLE);
    runners = await openRunners(bundle);
  });

  /** The thoughts of a narrator whose logits prefer these words. */
  async function thoughts(...words: readonly string[]): Promise<string[]> {
    const running_numbers = { prefix: "", most: 9, kinds: ["car"], verbs: [["enters"], ["leaves"]] };
    const manifest = { ...bundle.manifest, clauses: { separator: "," }, running_numbers };
    const run = new ReasonerRun({ ...bundle, manifest }, runners, { temperature: 0 }, 0);
    run.script(...words);
    const units = words.filter((word) => word === "</think>").length;
    for (let unit = 0; unit < units; unit++) {
      await run.show();
      await run.settle();
    }
    return run.log.thoughts.map(({ text }) => text);
  }

  it("counts from one", async () => {
    const said = await thoughts(
      ...[
        "car",
        "enters",
        "1",
        "</think>",
        "car",
        "leaves",
        "1",
        "</think>",
        "car",
        "enters",
        "2",
        "</think>",
      ],
    );
    expect(said).toEqual(["car enters 1", "car leaves 1", "car enters 2"]);
  });

  it("cannot say a number that is larger than what it has told, however much the model wants to", async () => {
    const said = await thoughts(
      ...[
        "car",
        "enters",
        "1",
        "</think>",
        "car",
        "leaves",
        "6",
        "</think>",
        "car",
        "enters",
        "3",
        "</think>",
      ],
    );
    expect(said).toHaveLength(3);
    for (const text of said.slice(1)) expect(text).not.toMatch(/[3-9]/);
  });
});
