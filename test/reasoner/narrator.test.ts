import { beforeAll, describe, expect, it } from "vitest";
import { type Bundle, loadBundle, type SpecialTokens, TextCodec } from "../../src/models/mod.ts";
import { Narrator, type ReasoningOptions, type Thinker } from "../../src/reasoner/mod.ts";
import { TINY_BUNDLE } from "../support/bundles.ts";
import { openRunners, ReasonerRun, type ReasonerRunners } from "../support/reasoner-run.ts";

let bundle: Bundle;
let runners: ReasonerRunners;
let special: SpecialTokens;
beforeAll(async () => {
  bundle = await loadBundle(TINY_BUNDLE);
  runners = await openRunners(bundle);
  special = new TextCodec(bundle).special;
});

/** A run in which skips are as likely as the bias makes them. */
function start(skipBias = 0, options: Partial<ReasoningOptions> = {}, remembersSilence = true): ReasonerRun {
  const { manifest } = bundle;
  const thinking = { ...manifest.thinking, skip_bias: skipBias, remembers_silence: remembersSilence };
  return new ReasonerRun({ ...bundle, manifest: { ...manifest, thinking } }, runners, options);
}

const ALWAYS = 1e6;
const NEVER = -1e6;
/** About every other time, for the tiny bundle's weights. */
const SOMETIMES = 4;

describe("the narrator", () => {
  it("says nothing before the first unit", async () => {
    const run = start();
    await run.settle();
    expect(run.log.reports).toEqual([]);
  });

  it("feeds what closes a thought only once the next unit has landed, whether it was said or skipped", async () => {
    const run = start(SOMETIMES);
    for (let unit = 0; unit < 12; unit++) {
      await run.show();
      await run.settle();
    }
    const closing = run.fed
      .map(({ tokens, newest }) => ({ token: tokens[0]!, newest }))
      .filter(({ token }) => token === special.skip || token === special.endThink);
    // Every unit but the last has its closing token in the cache, fed when the one after it was there.
    expect(closing.map(({ newest }) => newest)).toEqual(Array.from({ length: 11 }, (_, i) => i + 1));
    const skipped = run.log.thoughts.map((thought) => thought.skipped);
    expect(closing.map(({ token }) => token === special.skip)).toEqual(skipped.slice(0, -1));
    expect(new Set(skipped).size, "both kinds came up").toBe(2);
    expect(run.fed[0]?.tokens).toEqual([special.narrate]);
  });

  it("needs one step for a skip, and for a thought one a word and one more", async () => {
    const quiet = start(ALWAYS);
    for (let unit = 0; unit < 5; unit++) {
      await quiet.show();
      const before = quiet.fed.length;
      await quiet.settle();
      expect(quiet.fed.length - before).toBe(1);
    }
    expect(quiet.log.thoughts.map(({ skipped, tokens, text }) => ({ skipped, tokens, text }))).toEqual(
      Array(5).fill({ skipped: true, tokens: 1, text: "" }),
    );
    const talking = start(NEVER);
    for (let unit = 0; unit < 5; unit++) {
      await talking.show();
      const before = talking.fed.length;
      await talking.settle();
      const { tokens, skipped } = talking.log.thoughts.at(-1)!;
      expect(skipped).toBe(false);
      expect(talking.fed.length - before).toBe(tokens);
    }
  });

  it.each([true, false])(
    "spends memory on quiet time only if it remembers silence (%s)",
    async (remembers) => {
      const run = start(ALWAYS, {}, remembers);
      const positions: number[] = [];
      for (let unit = 0; unit < 20; unit++) {
        await run.show();
        await run.settle();
        const { context } = run.fed.at(-1)!.thinker;
        positions.push(context.position);
        expect(run.log.all("unit.done").at(-1)!.heldTokens).toBe(context.held);
      }
      const units = Array.from({ length: 20 }, (_, unit) => unit + 1);
      expect(positions).toEqual(remembers ? units : units.map(() => 1));
    },
  );

  it("forgets a skip only where nothing was closed by it", async () => {
    const run = start(SOMETIMES, {}, false);
    for (let unit = 0; unit < 40; unit++) {
      await run.show();
      await run.settle();
    }
    const thoughts = run.log.thoughts;
    const words = thoughts.reduce((sum, { tokens }) => sum + tokens - 1, 0);
    const forgotten = thoughts.filter(
      ({ skipped }, i) => i > 0 && skipped && thoughts[i - 1]!.skipped,
    ).length;
    expect(run.fed[0]!.thinker.context.position).toBe(40 + words - forgotten);
    expect(forgotten).toBeGreaterThan(2);
    expect(forgotten).toBeLessThan(thoughts.filter(({ skipped }) => skipped).length);
  });

  it("knows the units of the thoughts that its text still holds", async () => {
    const run = start(SOMETIMES, { textWindowTokens: 12 }, false);
    const { context } = (run.stream.thinkers() as Thinker[]).find(
      ({ policy }) => policy instanceof Narrator,
    )!;
    const held: number[] = [];
    for (let unit = 0; unit < 40; unit++) {
      await run.show();
      await run.settle();
      const said = run.log.thoughts.flatMap((thought) => (thought.skipped ? [] : [thought.unit]));
      const remembered = context.remembered.map((place) => place.unit);
      expect(remembered).toEqual(said.slice(said.length - remembered.length));
      expect(remembered.at(-1)).toBe(said.at(-1));
      held.push(remembered.length);
    }
    // A thought has two tokens at least, its last word and its time; a group more than the window may be held.
    expect(Math.max(...held)).toBeLessThanOrEqual((12 + 3 + 2 * bundle.manifest.thinking.thought_tokens) / 2);
    expect(context.evicted).toBeGreaterThan(0);
  });

  it("tells a skip as its first token, without words", async () => {
    const run = start(ALWAYS);
    await run.show();
    await run.settle();
    expect(run.log.reports.map(({ type }) => type)).toEqual(["task.started", "task.done", "unit.done"]);
    expect(run.log.thoughts).toMatchObject([{ text: "", skipped: true }]);
  });

  it("ends a thought that outgrows its budget, and closes it all the same", async () => {
    const run = start(NEVER, { thoughtTokens: 1 });
    for (let unit = 0; unit < 6; unit++) await run.show();
    await run.settle();
    const thoughts = run.log.thoughts;
    const cut = thoughts.filter(({ stop }) => stop === "length");
    expect(cut.length).toBeGreaterThan(0);
    expect(run.log.all("task.token")).toHaveLength(6);
    expect(run.fed.filter(({ tokens }) => tokens[0] === special.endThink)).toHaveLength(5);
  });

  it("catches up with many units that wait, one thought each, in order", async () => {
    const run = start(SOMETIMES);
    for (let unit = 0; unit < 40; unit++) await run.show();
    await run.settle();
    const late = run.log.thoughts.map(({ text }) => text);
    expect(run.log.thoughts.map(({ unit }) => unit)).toEqual(Array.from({ length: 40 }, (_, i) => i));
    const prompt = start(SOMETIMES);
    for (let unit = 0; unit < 40; unit++) {
      await prompt.show();
      await prompt.settle();
    }
    expect(late).toEqual(prompt.log.thoughts.map(({ text }) => text));
  });

  it("thinks nothing while it is held, and then about everything", async () => {
    const run = start(0, { held: true });
    for (let unit = 0; unit < 4; unit++) await run.show();
    await run.settle();
    expect(run.fed).toEqual([]);
    run.stream.end(4);
    await run.settle();
    expect(run.log.thoughts).toHaveLength(4);
    expect(run.stream.isFinished).toBe(true);
  });

  describe("with a clock and recaps", () => {
    /** Words of the tiny bundle's vocabulary that stand for times, and the one that asks for a recap. */
    const [CLOCK, RECAP] = [{ first_token: "1", tokens: 8 }, "yet"];

    function startTimed(
      every_tokens: number,
      options: Partial<ReasoningOptions> = {},
    ): { run: ReasonerRun; ids: SpecialTokens } {
      const manifest = {
        ...bundle.manifest,
        thinking: { ...bundle.manifest.thinking, skip_bias: SOMETIMES },
        clock: CLOCK,
        recap: { token: RECAP, every_tokens },
      };
      const timed = { ...bundle, manifest };
      return { run: new ReasonerRun(timed, runners, options), ids: new TextCodec(timed).special };
    }

    it("closes a spoken thought with its unit's time, and a skip with a skip", async () => {
      const { run, ids } = startTimed(1e9);
      for (let unit = 0; unit < 20; unit++) {
        await run.show();
        await run.settle();
      }
      const thoughts = run.log.thoughts;
      const openings = run.fed.filter(
        ({ tokens }) => ids.clock.includes(tokens[0]!) || tokens[0] === ids.skip,
      );
      const expected = thoughts
        .slice(0, -1)
        .map(({ skipped, unit }) => (skipped ? ids.skip : ids.clock[(unit + 1) % CLOCK.tokens]));
      expect(openings.map(({ tokens }) => tokens[0])).toEqual(expected);
      expect(new Set(thoughts.map(({ skipped }) => skipped)).size, "both kinds came up").toBe(2);
    });

    it("asks for a recap once enough was thought, tells it apart, and goes on with the next unit", async () => {
      const { run, ids } = startTimed(10);
      for (let unit = 0; unit < 40; unit++) {
        await run.show();
        await run.settle();
      }
      const recaps = run.log.all("recap");
      expect(recaps.length).toBeGreaterThan(2);
      expect(run.log.thoughts.map(({ unit }) => unit)).toEqual(Array.from({ length: 40 }, (_, i) => i));
      const asked = run.fed.filter(({ tokens }) => tokens[1] === ids.recap);
      expect(asked).toHaveLength(recaps.length);
      for (const { tokens } of asked) expect([...ids.clock, ids.skip]).toContain(tokens[0]);
      // At least so many tokens lie between two recaps: the words of the thoughts and what closes them.
      let [since, next] = [0, 0];
      for (let unit = 0; unit < 40; unit++) {
        since += run.log.thoughts[unit]!.tokens;
        const due = recaps[next]?.unit === unit;
        expect(due, `unit ${unit}`).toBe(since >= 10);
        if (due) [since, next] = [0, next + 1];
      }
    });

    it("goes on from an earlier recap: feeds it behind the first unit, of which it says nothing", async () => {
      const recap = "a red car stops";
      const { run, ids } = startTimed(1e9, { recap });
      for (let unit = 0; unit < 3; unit++) {
        await run.show();
        await run.settle();
      }
      const [first, second, third] = run.fed;
      expect([first!.tokens, first!.newest]).toEqual([[ids.narrate], 0]);
      expect([second!.tokens, second!.newest]).toEqual([
        [ids.skip, ids.recap, ...run.codec.encode(recap)],
        0,
      ]);
      expect([third!.tokens[0], third!.newest]).toEqual([ids.endThink, 1]);
      expect(run.log.thoughts[0]).toMatchObject({ unit: 0, skipped: true, text: "" });
      expect(run.log.thoughts.map(({ unit }) => unit)).toEqual([0, 1, 2]);
      const told = run.log.all("recap").filter(({ unit }) => unit === 0);
      expect(told, "it is told only by whoever said it").toEqual([]);
    });

    it.each(["a zebra stops", "</think> a red car stops", "a car ".repeat(40).trim(), ""])(
      "begins anew with a recap that it could not have said: %j",
      async (recap) => {
        const { run, ids } = startTimed(1e9, { recap });
        await run.show();
        await run.settle();
        expect(run.fed[0]!.tokens[0]).toBe(ids.narrate);
        expect(run.fed.flatMap(({ tokens }) => tokens)).not.toContain(ids.recap);
      },
    );

    it("says a recap to its end, however short its thoughts shall be", async () => {
      const { run } = startTimed(10, { thoughtTokens: 1 });
      for (let unit = 0; unit < 40; unit++) {
        await run.show();
        await run.settle();
      }
      const most = bundle.manifest.thinking.thought_tokens;
      const lengths = run.log.all("recap").map(({ text }) => text.split(" ").length);
      expect(lengths.length).toBeGreaterThan(2);
      expect(Math.max(...lengths)).toBeGreaterThan(1);
      expect(Math.max(...lengths)).toBeLessThanOrEqual(most);
    });
  });
});
