import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { thoughtRequest, wantedText } from "../../src/prompting/mod.ts";
import {
  NgramDrafter,
  PRIORITY,
  PromptedNarrator,
  type PromptedNarratorOptions,
  Thinker,
  ToldThoughtReports,
  WordChoice,
} from "../../src/reasoner/mod.ts";
import { Sampler } from "../../src/reasoner/sampler.ts";
import { codec, type Heard, PromptedRun, template, written } from "../support/prompted-run.ts";

const SPEAK_OR_SILENT = { speak: "speak", silent: "silent" };
const choice = new WordChoice(codec, SPEAK_OR_SILENT);
const [speak] = codec.encode(" speak");
const [silent] = codec.encode(" silent");
const isDecision = ({ request }: Heard) => request.endsWith("Answer speak or silent.");
/** Log-odds of speaking. */
const odds = (score: number) => new Map([[speak!, score]]);

/** What a model says about each unit; null: nothing, and it would rather be silent. */
type Play = readonly (string | null)[];

const playing = (play: Play) => (heard: Heard) => {
  const said = play[heard.unit] ?? null;
  return isDecision(heard) ? odds(said === null ? -5 : 5) : (said ?? "");
};

interface Setup extends Partial<PromptedNarratorOptions> {
  readonly instructions?: string | null;
  readonly windowTokens?: number;
  readonly groupTokens?: number;
  readonly chunk?: number;
}

function start(script: ConstructorParameters<typeof PromptedRun>[0], { chunk, ...setup }: Setup = {}) {
  const { instructions = null, windowTokens, groupTokens, ...options } = setup;
  const run = new PromptedRun(script, { instructions, windowTokens, groupTokens });
  const reports = new ToldThoughtReports(run.context, run.sink);
  const narrator = new PromptedNarrator(
    run.context,
    {
      ...{ codec, turns: run.turns, choice, sampler: new Sampler(0, 1), thoughtTokens: 300 },
      ...{ memoryTokens: 4000, isStill: () => false, skipLate: false, drafter: null, ...options },
    },
    reports,
  );
  const thinker = new Thinker(narrator, run.context, chunk);
  const think = (units: number, spare = 0) => {
    for (let unit = 0; unit < units; unit++) {
      run.show();
      narrator.catchUp();
      run.settle(thinker, spare);
    }
    return run.log.thoughts.map(({ text, skipReason }) => skipReason ?? text);
  };
  return { run, narrator, thinker, think };
}

/** The conversation of a thinker to whom the model has said some things, each at a second of the video. */
function conversation(wanted: string | null, said: readonly { at: number; text: string }[]): string[] {
  const { opening, turn } = template;
  const head = wanted === null ? opening.before : `${opening.before}${wantedText(wanted)}\n\n`;
  return [
    head,
    ...said.map(({ at, text }, i) => {
      const { before, after } = i === 0 ? { before: "", after: opening.after } : turn;
      return before + thoughtRequest(at * 1000) + after + text;
    }),
  ];
}

describe("the prompted narrator", () => {
  it("asks about each unit, and keeps of it what it has said, as a conversation", () => {
    const { run, think } = start(playing(["A man comes in.", null, "The door closes.", "It rains."]));
    expect(think(4)).toEqual(["A man comes in.", "nothing_new", "The door closes.", "It rains."]);
    const said = [
      { at: 0, text: "A man comes in." },
      { at: 2, text: "The door closes." },
      { at: 3, text: "It rains." },
    ];
    expect(written(run.held())).toBe(conversation(null, said).join(""));
    expect(run.log.streamed("thought_2").join("")).toBe("The door closes.");
  });

  it("asks with all that it has said before it, and takes only the question back", () => {
    const asked: string[] = [];
    const { run, think } = start((heard) => {
      if (heard.said.length === 0) asked.push(heard.text);
      return playing(["One man.", null, "Two cars."])(heard);
    });
    think(3);
    const before = conversation(null, [{ at: 0, text: "One man." }]).join("");
    expect(
      asked.map((text) =>
        text
          .replace(/<\|model\|>$/, "")
          .split("<|user|>")
          .at(-1)!
          .slice(0, 20),
      ),
    ).toEqual([
      "Now, at 0:00, do you",
      "What happens at 0:00",
      "Now, at 0:01, do you",
      "Now, at 0:02, do you",
      "What happens at 0:02",
    ]);
    for (const text of asked.slice(2)) expect(text.startsWith(`${before}<|end|><|user|>`)).toBe(true);
    // What both requests begin with is fed once.
    const last = run.fed.find(({ tokens }) => written(tokens).startsWith("What happens at 0:02"));
    expect(last).toBeDefined();
  });

  it("feeds what the user wants once, as the sink that outlives every window", () => {
    const setup = { instructions: "Watch the door.", windowTokens: 150, groupTokens: 400 };
    const many = Array.from({ length: 12 }, (_, i) => `Car number ${i} with plate ${i * 7} stops.`);
    for (const chunk of [16, 4000]) {
      const { run, think } = start(playing(many), { ...setup, chunk });
      think(12);
      const [head, ...groups] = conversation(
        "Watch the door.",
        many.map((text, at) => ({ at, text })),
      );
      const held = written(run.held());
      const left = groups.findIndex((_, i) => held === head + groups.slice(i).join(""));
      expect(left, held).toBeGreaterThan(5);
      expect(run.log.all("unit.done").at(-1)!.evictedTokens).toBeGreaterThan(0);
      // A chunk may end within it.
      const fed = written(run.fed.flatMap(({ tokens }) => tokens));
      expect(fed.split("Watch the door.")).toHaveLength(2);
    }
  });

  it("speaks about each unit where it is not to decide, and asks one thing only", () => {
    for (const instructions of [null, "Watch the door."]) {
      const { run, narrator, think } = start(playing(["One man.", "Two cars.", "Two cars.", "It rains."]), {
        ...{ choice: null, instructions },
      });
      expect(narrator.priority).toBe(PRIORITY.prefill);
      expect(think(4)).toEqual(["One man.", "Two cars.", "repeated", "It rains."]);
      const said = [
        { at: 0, text: "One man." },
        { at: 1, text: "Two cars." },
        { at: 3, text: "It rains." },
      ];
      expect(written(run.held())).toBe(conversation(instructions, said).join(""));
      expect(written(run.fed.flatMap(({ tokens }) => tokens))).not.toContain("silent");
    }
  });

  it("comes first while it speaks, and last while it is being asked", () => {
    const { run, narrator, thinker } = start(playing(["One man comes in by the door."]));
    run.show();
    narrator.catchUp();
    const seen: number[] = [];
    do seen.push(narrator.priority);
    while (run.step(thinker));
    const begun = seen.indexOf(PRIORITY.narration);
    const ended = seen.lastIndexOf(PRIORITY.narration);
    expect(begun).toBeGreaterThan(1);
    expect(ended - begun).toBeGreaterThan(5);
    expect(new Set(seen.slice(begun, ended + 1))).toEqual(new Set([PRIORITY.narration]));
    expect(new Set([...seen.slice(0, begun), ...seen.slice(ended + 1)])).toEqual(new Set([PRIORITY.prefill]));
  });

  it("costs one step for a silent unit, of which nothing stays", () => {
    const { run, think } = start(playing(["A man comes in."]));
    think(1);
    const held = run.held();
    const before = run.fed.length;
    expect(think(10).slice(1)).toEqual(Array(10).fill("nothing_new"));
    expect(run.fed.length - before).toBe(10);
    expect(run.held()).toEqual(held);
    expect(run.log.thoughts.at(-1)).toMatchObject({ text: "", tokens: 1, skipped: true });
  });

  it("stops the model at the end of its sentence, and closes its turn there", () => {
    const { run, think } = start(
      playing(["A man comes in. He sits down.", "He sits.\nHe eats.", "Sure! It costs 3.5 euros. Ok."]),
    );
    expect(think(3)).toEqual(["A man comes in.", "He sits.", "It costs 3.5 euros."]);
    const said = ["A man comes in.", "He sits.", "Sure! It costs 3.5 euros."].map((text, at) => ({
      at,
      text,
    }));
    expect(written(run.held())).toBe(conversation(null, said).join(""));
    expect(run.log.thoughts.every(({ stop }) => stop === "end")).toBe(true);
  });

  it("tells of a thought that outgrows its budget the whole clauses, and remembers these", () => {
    const text = "A man comes in, while a woman goes out to the garden";
    const { run, think } = start(playing([text, "Then it rains"]), { thoughtTokens: 30 });
    expect(think(2)).toEqual(["A man comes in", "Then it rains"]);
    expect(run.log.thoughts.map(({ stop }) => stop)).toEqual(["length", "end"]);
    const said = ["A man comes in", "Then it rains"].map((text, at) => ({ at, text }));
    expect(written(run.held())).toBe(conversation(null, said).join(""));
  });

  it("forgets a thought that repeats an earlier one, and speaks less after it", () => {
    const { run, think } = start(playing(Array(9).fill("A man walks there.")));
    const came = think(9);
    expect(came.slice(0, 2)).toEqual(["A man walks there.", "repeated"]);
    expect(came.filter((what) => what === "nothing_new").length).toBeGreaterThan(2);
    expect(written(run.held())).toBe(conversation(null, [{ at: 0, text: "A man walks there." }]).join(""));
    expect(run.log.streamed("thought_1")).toEqual([]);
  });

  it("takes hidden reasoning alone, and nothing at all, for silence", () => {
    const { run, think } = start(playing(["<think>Hm. What is it?", ""]), { thoughtTokens: 40 });
    expect(think(2)).toEqual(["repeated", "repeated"]);
    expect(run.held()).toEqual([]);
  });

  it("never lets the model say a special token but those that end it", () => {
    const { think } = start((heard) => {
      if (isDecision(heard)) return odds(5);
      const [next] = codec.encode("Fine."[heard.said.length] ?? "<|end|>");
      return new Map([...codec.silent.map((id) => [id, 99] as const), [next!, 10]]);
    });
    expect(think(1)).toEqual(["Fine."]);
  });

  it("passes over still units without a step, and over late ones when it is told to", () => {
    const stills = new Set([2, 5]);
    const lines = Array.from({ length: 8 }, (_, i) => `Car number ${i} stops.`);
    const { run, narrator, thinker } = start(playing(lines), {
      isStill: (unit) => stills.has(unit),
      skipLate: true,
    });
    run.show();
    run.settle(thinker);
    for (let unit = 1; unit < 8; unit++) run.show();
    const before = run.fed.length;
    expect(narrator.catchUp()).toBe(true);
    expect(narrator.catchUp()).toBe(false);
    expect(run.fed.length).toBe(before);
    expect(run.log.thoughts.map(({ unit, skipReason }) => [unit, skipReason])).toEqual([
      ...[
        [0, null],
        [1, "late"],
        [2, "still"],
        [3, "late"],
        [4, "late"],
        [5, "still"],
        [6, "late"],
      ],
    ]);
    run.settle(thinker);
    expect(run.log.thoughts.at(-1)).toMatchObject({ unit: 7, text: "Car number 7 stops.", skipReason: null });
    expect(run.log.all("unit.done").map(({ unit }) => unit)).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
  });

  it("thinks about the first unit in any case, so that what the user wants has been fed", () => {
    const { run, narrator, thinker } = start(playing(["One.", "Two.", "Three."]), {
      ...{ instructions: "Count.", skipLate: true, isStill: () => true },
    });
    for (let unit = 0; unit < 3; unit++) run.show();
    expect(narrator.catchUp()).toBe(false);
    run.settle(thinker);
    expect(run.log.thoughts[0]).toMatchObject({ unit: 0, text: "One." });
  });

  it("announces a thought with its first text or its skip, and each unit once", () => {
    const { run, think } = start(playing(["A man comes in.", null]));
    think(2);
    const kinds = run.log.reports.map(
      (report) =>
        `${report.type} ${"task" in report ? report.task : report.type === "unit.done" ? report.unit : ""}`,
    );
    expect(kinds.filter((kind) => !kind.startsWith("task.token"))).toEqual([
      ...["task.started thought_0", "task.done thought_0", "unit.done 0"],
      ...["task.started thought_1", "task.done thought_1", "unit.done 1"],
    ]);
  });

  it("says the same with drafts, in fewer steps", () => {
    const lines = Array.from({ length: 12 }, (_, i) => `The red car number ${i * 3} stops at the gate.`);
    const plain = start(playing(lines));
    const drafter = new NgramDrafter(codec.vocabulary, { words: 4, confidence: 0.6 });
    const drafting = start(playing(lines), { drafter });
    expect(drafting.think(12, 8)).toEqual(plain.think(12));
    expect(drafting.run.held()).toEqual(plain.run.held());
    expect(drafting.run.fed.length).toBeLessThan(0.7 * plain.run.fed.length);
    expect(drafter.counts.accepted).toBeGreaterThan(50);
  });

  it("forks what is finished, in the middle of anything", () => {
    const { run, narrator, thinker, think } = start(playing(["One man.", "Two cars. And"]), { chunk: 16 });
    think(1);
    const held = run.held();
    run.show();
    do {
      const fork = narrator.forkFinished();
      expect(run.held(fork)).toEqual(held);
      expect(narrator.unfed).toEqual([]);
      fork.release();
    } while (run.step(thinker) && narrator.current < 2);
    const fork = narrator.forkFinished();
    expect(run.held(fork)).toEqual(run.held());
  });

  it("holds what the conversation says, whatever the model does", () => {
    /** What a model says, what is told of it, and what is kept; `told: null`: nothing new. */
    const lines = [
      { says: "A man comes in. He sits.", told: "A man comes in.", kept: "A man comes in." },
      {
        says: 'Sure! Here is it: "The dog barks." Nice',
        told: "The dog barks.",
        kept: 'Sure! Here is it: "The dog barks.',
      },
      { says: "**Thought:** 走了。Then", told: "走了。", kept: "**Thought:** 走了。" },
      {
        says: "<think>hm</think>Rain falls at 3.5 mm",
        told: "Rain falls at 3.5 mm",
        kept: "<think>hm</think>Rain falls at 3.5 mm",
      },
      { says: "Un café 😀 ouvre\n", told: "Un café 😀 ouvre", kept: "Un café 😀 ouvre" },
      { says: "!!!", told: null, kept: "" },
      { says: "", told: null, kept: "" },
    ];
    const unit = fc.record({
      line: fc.nat(lines.length - 1),
      score: fc.constantFrom(-3, -1, 1, 3, 5),
      still: fc.boolean(),
      burst: fc.nat(2),
      spare: fc.constantFrom(0, 3),
    });
    const setup = fc.record({
      windowTokens: fc.constantFrom(120, 400, 4000),
      instructions: fc.constantFrom(null, "Look for <|end|> dogs."),
      chunk: fc.constantFrom(5, 16, 4000),
      skipLate: fc.boolean(),
    });
    const came = new Set<string>();
    fc.assert(
      fc.property(fc.array(unit, { minLength: 1, maxLength: 14 }), setup, (units, options) => {
        const drafter = new NgramDrafter(codec.vocabulary, { words: 3, confidence: 0.5 });
        const script = (heard: Heard) => {
          const { line, score } = units[heard.unit]!;
          return isDecision(heard) ? odds(score) : lines[line]!.says;
        };
        const isStill = (at: number) => units[at]!.still;
        const { run, narrator, thinker } = start(script, { ...options, groupTokens: 600, isStill, drafter });
        for (let seen = 0; seen < units.length; ) {
          const until = Math.min(units.length, seen + 1 + units[seen]!.burst);
          for (; seen < until; seen++) run.show();
          const { spare } = units[seen - 1]!;
          while (narrator.catchUp() || run.step(thinker, spare)) {}
          for (const { skipReason } of run.log.thoughts) came.add(skipReason ?? "told");
          const told = run.log.thoughts.filter(({ skipped }) => !skipped);
          for (const { unit, text } of told) expect(text).toBe(lines[units[unit]!.line]!.told);
          expect(run.log.thoughts.map(({ unit }) => unit)).toEqual(units.slice(0, seen).map((_, i) => i));
          const said = told.map(({ unit: at }) => ({ at, text: lines[units[at]!.line]!.kept }));
          const [head, ...groups] = conversation(options.instructions, said);
          const held = written([...run.held(), ...(narrator.unfed ?? [])]);
          const begins = groups.map((_, i) => head + groups.slice(i).join("")).concat(head!);
          expect(begins).toContain(held);
          if (options.windowTokens < 4000) continue;
          expect(held).toBe(begins[0]);
          const fork = narrator.forkFinished();
          expect(run.held(fork)).toEqual(run.held());
          fork.release();
        }
      }),
      { numRuns: 60 },
    );
    expect([...came].sort()).toEqual(["late", "nothing_new", "repeated", "still", "told"]);
  }, 60_000);
});

describe("the choice between two words", () => {
  it("counts every way in which a word may begin", () => {
    const logits = new Float32Array(codec.vocabulary).fill(-20);
    logits[speak!] = 1;
    const one = choice.score(logits);
    logits[codec.encode("Speak")[0]!] = 1;
    expect(choice.score(logits)).toBeCloseTo(one + Math.log(2), 4);
    logits[silent!] = 9;
    expect(choice.score(logits)).toBeLessThan(-6);
  });

  it("is refused when no token tells the words apart", () => {
    expect(() => new WordChoice(codec, { speak: "speak", silent: "speak" })).toThrow(
      expect.objectContaining({ code: "token_missing" }),
    );
  });
});
