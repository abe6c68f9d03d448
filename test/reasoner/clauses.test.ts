import { beforeAll, describe, expect, it } from "vitest";
import { type Bundle, loadBundle, type SpecialTokens, TextCodec } from "../../src/models/mod.ts";
import { TINY_BUNDLE } from "../support/bundles.ts";
import { openRunners, ReasonerRun, type ReasonerRunners } from "../support/reasoner-run.ts";

let bundle: Bundle;
let plain: Bundle;
let runners: ReasonerRunners;
let special: SpecialTokens;
beforeAll(async () => {
  plain = await loadBundle(TINY_BUNDLE);
  const thinking = { ...plain.manifest.thinking, skip_bias: -100, remembers_silence: false };
  plain = { ...plain, manifest: { ...plain.manifest, thinking } };
  bundle = { ...plain, manifest: { ...plain.manifest, clauses: { separator: "," } } };
  runners = await openRunners(bundle);
  special = new TextCodec(bundle).special;
});

const END = "</think>";
const CUT = ["a", "car", ",", "a", "red", "car", "stops"];

/** The narrator says these words about the first unit, and then about some more what the model chooses. */
async function narrate(words: readonly string[], which = bundle, more = 3): Promise<ReasonerRun> {
  const run = new ReasonerRun(which, runners, { temperature: 0, thoughtTokens: 6 }, 0);
  run.script(...words);
  for (let unit = 0; unit <= more; unit++) {
    await run.show();
    await run.settle();
  }
  return run;
}

const first = (run: ReasonerRun) => {
  const { text, stop, skipped, tokens, task } = run.log.thoughts[0]!;
  return { text, stop, skipped, tokens, streamed: run.log.streamed(task) };
};

describe("a thought that its budget cuts off", () => {
  it("ends with its last whole clause, in pieces and as a whole, and says that it was cut", async () => {
    const run = await narrate(CUT);
    expect(first(run)).toEqual({
      text: "a car",
      stop: "length",
      skipped: false,
      tokens: 7,
      streamed: ["a car"],
    });
  });

  it("is remembered as it was told: the next units are as after a thought that ended there by itself", async () => {
    const [cut, whole] = [await narrate(CUT), await narrate(["a", "car", END])];
    expect(first(whole)).toMatchObject({ text: "a car", stop: "end", streamed: ["a car"] });
    const later = (run: ReasonerRun) => run.log.thoughts.slice(1).map(({ text, tokens }) => [text, tokens]);
    expect(later(cut)).toEqual(later(whole));
    const position = (run: ReasonerRun) => run.fed.at(-1)!.thinker.context.position;
    expect(position(cut)).toBe(position(whole));
  });

  it("keeps its last clause when only what separates it from the next had no room", async () => {
    const run = await narrate(["a", "car", ",", "a", "car", "stops", ",", "a"]);
    expect(first(run)).toMatchObject({ text: "a car, a car stops", stop: "length" });
    expect(first(run).streamed).toEqual(["a car", ", a car stops"]);
  });

  it("says nothing when not one clause is whole, and leaves a skip behind", async () => {
    const run = await narrate(["a", "red", "car", "stops", "at", "a", "car"]);
    expect(first(run)).toEqual({ text: "", stop: "length", skipped: false, tokens: 7, streamed: [] });
    const next = run.fed.find(({ newest }) => newest === 1)!;
    expect(next.tokens).toEqual([special.skip]);
  });

  it("is taken back with the skip before it when nothing of it is left", async () => {
    const none = ["a", "red", "car", "stops", "at", "a", "car"];
    const run = await narrate([...none, ...none, ...none], bundle, 2);
    expect(run.log.thoughts.map(({ text }) => text)).toEqual(["", "", ""]);
    expect(run.fed.at(-1)!.thinker.context.position).toBe(1);
  });

  it("ends where it is when the model's thoughts have no clauses", async () => {
    const run = await narrate(CUT, plain);
    expect(first(run)).toMatchObject({ text: "a car, a red car", stop: "length" });
    expect(first(run).streamed).toHaveLength(6);
  });
});

it("a recap that its budget cuts off ends with its last whole clause", async () => {
  const manifest = { ...bundle.manifest, recap: { token: "yet", every_tokens: 1 } };
  const recaps = { ...bundle, manifest };
  const thought = ["a", "car", END];
  const run = await narrate([...thought, ...CUT], recaps, 1);
  expect(run.log.all("recap")[0]).toMatchObject({ unit: 0, text: "a car" });
  const brief = await narrate([...thought, "a", "car", END], recaps, 1);
  expect(run.log.thoughts[1]).toMatchObject({ text: brief.log.thoughts[1]!.text });
});
