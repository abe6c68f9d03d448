import { describe, expect, it } from "vitest";
import { CheckpointCodec, ModelError } from "../../src/models/mod.ts";
import {
  THINK_RESPOND,
  Thinker,
  ThinkRespondAnswerer,
  ThinkRespondNarrator,
  type ThinkRespondNarratorOptions,
  ToldAnswerReport,
  ToldThoughtReports,
} from "../../src/reasoner/mod.ts";
import { Sampler } from "../../src/reasoner/sampler.ts";
import { codec, PromptedRun, type Script, template, written } from "../support/prompted-run.ts";
import { random } from "../support/random.ts";
import { TINY_NAMED, tinyTokenizer } from "../support/tiny-tokenizer.ts";

const FIRST = template.opening.after;
const TURN = template.turn.before + template.turn.after;
const budgets = { codec, names: THINK_RESPOND, thinkTokens: 60, responseTokens: 60 };

function start(
  script: Script,
  options: Partial<ThinkRespondNarratorOptions> & { instructions?: string; windowTokens?: number } = {},
) {
  const { instructions = null, windowTokens = 4000, ...more } = options;
  const run = new PromptedRun(script, { instructions, windowTokens });
  const narrator = new ThinkRespondNarrator(
    run.context,
    {
      ...{ ...budgets, turns: run.turns, sampler: new Sampler(0, 1) },
      ...{ isStill: () => false, skipLate: false, opensTurns: false, ...more },
    },
    new ToldThoughtReports(run.context, run.sink),
  );
  const thinker = new Thinker(narrator, run.context, 16);
  const think = (units: number) => {
    for (let unit = 0; unit < units; unit++) {
      run.show();
      while (narrator.catchUp() || run.step(thinker)) {}
    }
    return run.log.thoughts.map(({ text, skipReason }) => skipReason ?? text);
  };
  return { run, narrator, thinker, think };
}

/** A model that says these turns, one a unit. */
const playing =
  (...turns: string[]): Script =>
  ({ unit }) =>
    turns[unit] ?? "<think></think><silent>";

describe("a narrator that thinks before it speaks", () => {
  const said = ["<think>A man?</think><response>A man comes in. He sits.", "<think>Still.</think><silent>"];

  it("tells the response as the thought, and keeps all that it wrote", () => {
    const { run, think } = start(playing(...said, "<think></think><response>He goes."));
    expect(think(4)).toEqual(["A man comes in. He sits.", "nothing_new", "He goes.", "nothing_new"]);
    expect(written(run.held())).toBe(
      `${FIRST}${said[0]}${TURN}${said[1]}${TURN}<think></think><response>He goes.${TURN}<think></think><silent>`,
    );
    expect(run.log.streamed("thought_0")).toEqual(["A ", "man ", "comes ", "in. ", "He ", "sits."]);
    expect(run.log.reports.some((report) => JSON.stringify(report).includes("man?"))).toBe(false);
    expect(run.log.thoughts[1]).toMatchObject({ skipped: true, text: "", tokens: 6 + 2 });
  });

  it("has what the user wants in front, for ever", () => {
    const { run, think } = start(playing(), { instructions: "Watch.", windowTokens: 20 });
    think(20);
    const held = written(run.held());
    expect(held.startsWith(`What you were asked to do:\nWatch.\n\n${TURN}<think></think><silent>`)).toBe(
      true,
    );
    expect(run.context.evicted).toBeGreaterThan(20);
  });

  it("closes what it thinks when its tokens are used up, and speaks all the same", () => {
    const { run, think } = start(playing(`<think>${"x".repeat(99)}`), { thinkTokens: 5 });
    const [speaks] = think(1);
    expect(written(run.held())).toMatch(/^<\|end\|><\|model\|><think>x{5}<\/think>/);
    expect(speaks).toBeDefined();
  });

  it("tells a response that outgrows its budget up to a whole word, and keeps that", () => {
    const { run, think } = start(playing("<think></think><response>A dog barks aloud"), {
      responseTokens: 14,
    });
    expect(think(1)).toEqual(["A dog barks "]);
    expect(run.log.thoughts[0]).toMatchObject({ stop: "length" });
    expect(written(run.held()).trimEnd()).toBe(`${FIRST}<think></think><response>A dog barks`);
  });

  it("begins the user's turn before the unit that stands in it", () => {
    const { run, narrator, think } = start(playing(...said), { opensTurns: true });
    expect(think(2)).toEqual(["A man comes in. He sits.", "nothing_new"]);
    const { before, after } = template.turn;
    const turns = `${FIRST}${said[0]}${before}${after}${said[1]}${before}`;
    expect(written(run.held())).toBe(turns);
    // What follows a finished thought stands in the turn that has been begun.
    expect(written(narrator.request("Who?"))).toBe(`Who?${after}`);
    expect(written(run.held(narrator.forkFinished()))).toBe(turns);
  });

  it("passes over still and late units, which stay out of its text", () => {
    const { run, narrator, thinker } = start(playing(...said), {
      isStill: (unit) => unit === 1,
      skipLate: true,
    });
    for (let unit = 0; unit < 4; unit++) run.show();
    while (narrator.catchUp() || run.step(thinker)) {}
    expect(run.log.thoughts.map(({ skipReason }) => skipReason)).toEqual([
      null,
      "still",
      "late",
      "nothing_new",
    ]);
    expect(written(run.held())).toBe(`${FIRST}${said[0]}${TURN}<think></think><silent>`);
  });

  it("answers a question behind its finished turns, and is not silent then", () => {
    const { run, narrator, think } = start(({ unit, request, said: before }) => {
      if (request !== "Who?") return playing(...said)({ unit, request, said: before, text: "" });
      return "<think>Hm.</think><silent>";
    });
    think(2);
    const answers = ["<think>Hm.</think><silent>", "<think>Hm.</think><response>A man."];
    for (const [index, answer] of answers.entries()) {
      const asked = new PromptedRun(({ request }) => (request === "Who?" ? answer : ""));
      const from = run.places.at(-1)!;
      const report = new ToldAnswerReport(`a${index}`, from, run.sink, () => {});
      const context = narrator.forkFinished();
      const answerer = new ThinkRespondAnswerer(
        from,
        run.turns.ask(narrator.unfed, "Who?"),
        { ...budgets, sampler: new Sampler(0, 1), responseTokens: 9 },
        report,
      );
      const thinker = new Thinker(answerer, context);
      expect(answerer.priority).toBe(2);
      while (asked.step(thinker)) {}
      expect(written(run.held(context))).toContain(
        `<silent>${template.turn.before}Who?${template.turn.after}<think>Hm.</think><response>`,
      );
      expect(answerer.priority).toBe(1);
    }
    expect(run.log.answers[1]).toMatchObject({ task: "a1", text: "A man.", outcome: "completed" });
    expect(run.log.answers[0]!.text).not.toBe("");
  });

  it("always keeps the form, whatever the model would rather say", () => {
    const outcomes = new Set<string>();
    for (let seed = 0; seed < 40; seed++) {
      const below = random(seed);
      const letters = codec.encode("ab .é");
      const odd = [...codec.silent, ...codec.ends, ...TINY_NAMED.map((name) => codec.id(name))];
      const script: Script = () =>
        new Map(
          [...letters, ...odd].map((id) => [id, below(100) + (odd.includes(id) && below(3) === 0 ? 50 : 0)]),
        );
      const { run, think } = start(script, { thinkTokens: 6, responseTokens: 8 });
      think(6);
      const held = written(run.held());
      const turns = held.slice(FIRST.length).split(TURN);
      expect(held.startsWith(FIRST)).toBe(true);
      expect(turns).toHaveLength(6);
      turns.forEach((turn, unit) => {
        const { text, skipped, stop } = run.log.thoughts[unit]!;
        const form = /^<think>([^<]{0,6})<\/think>(?:<silent>|<response>([^<]+))$/su.exec(turn);
        expect(form, turn).not.toBeNull();
        expect((form![2] ?? "").trim()).toBe(text.trim());
        outcomes.add(skipped ? "skipped" : stop);
      });
    }
    expect([...outcomes].sort()).toEqual(["end", "length", "skipped"]);
  });

  it("is refused with the token that the tokenizer lacks", () => {
    const without = tinyTokenizer([], { named: ["<think>", "</think>", "<response>"] });
    const lacking = new CheckpointCodec({
      tokenizer: without,
      dir: "x",
      vocabulary: without.vocabulary,
      endTokens: [],
    });
    const make = () => start(playing(), { codec: lacking });
    expect(make).toThrow(ModelError);
    expect(make).toThrow(
      expect.objectContaining({ code: "token_missing", message: expect.stringContaining("<silent>") }),
    );
  });
});
