import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { PRIORITY, type Schedulable, Scheduler, STEP_TOKENS, type TextStep } from "../../src/reasoner/mod.ts";

/** A thinker without a model: it feeds so many tokens in each of its steps, one after the other. */
class FakeThinker implements Schedulable {
  private readonly steps: number[];
  /** Tokens that it would like to draft in every step. */
  draft = 0;
  failsAt: "prepare" | "accept" | null = null;

  constructor(
    readonly name: string,
    private readonly kind: "narrator" | "answerer",
    steps: readonly number[],
  ) {
    this.steps = [...steps];
    this.prompt = kind === "answerer" ? steps.length : 0;
  }

  private readonly prompt: number;

  get priority(): number {
    if (this.kind === "narrator") return PRIORITY.narration;
    return this.steps.length === this.prompt ? PRIORITY.question : PRIORITY.answer;
  }

  get demand(): number {
    return this.steps[0] ?? 0;
  }

  /** It has something to do again. */
  add(tokens: number): void {
    this.steps.push(tokens);
  }

  prepare(spare: number): TextStep {
    if (this.failsAt === "prepare") throw new Error(`${this.name} cannot prepare`);
    return { tokens: Array(this.demand + Math.min(spare, this.draft)).fill(7), rows: [] };
  }

  accept(): void {
    if (this.failsAt === "accept") throw new Error(`${this.name} cannot accept`);
    this.steps.shift();
  }
}

interface FakeStream {
  thinkers(): FakeThinker[];
}

/** A scheduler of fake streams, and what became of it. */
class Bench {
  readonly failed: [FakeStream, string][] = [];
  /** Tokens of each part of the steps that were run. */
  readonly ran: number[][] = [];
  runFails: (steps: readonly TextStep[]) => boolean = () => false;
  readonly scheduler = new Scheduler<FakeStream>({
    stepTokens: STEP_TOKENS,
    run: async (steps) => {
      if (this.runFails(steps)) throw new Error("a step cannot be run");
      this.ran.push(steps.map(({ tokens }) => tokens.length));
      return steps.map(({ tokens }) => tokens.map(() => new Float32Array(1)));
    },
    onFailed: (stream, error) => this.failed.push([stream, (error as Error).message]),
  });

  /** Adds a stream of some thinkers. */
  join(...thinkers: FakeThinker[]): FakeStream {
    const stream = { thinkers: () => thinkers };
    this.scheduler.join(stream);
    return stream;
  }

  async step(): Promise<FakeThinker[]> {
    return (await this.scheduler.step()).map(({ thinker }) => thinker);
  }
}

const times = <T>(count: number, make: (i: number) => T): T[] =>
  Array.from({ length: count }, (_, i) => make(i));
const narrator = (name: string, ...steps: number[]) => new FakeThinker(name, "narrator", steps);
/** A question of so many tokens, and an answer of some more. */
const question = (name: string, tokens: number, answer = 8) =>
  new FakeThinker(name, "answerer", [tokens, ...Array(answer).fill(1)]);

describe("32 long questions to one stream beside 16 narrators of other streams", () => {
  /** The longest wait of a narrator and of a question for its first step, in steps. */
  async function longestWaits(questionTokens: number, narrators: number) {
    const bench = new Bench();
    const asked = times(32, (i) => question(`question ${i}`, questionTokens));
    bench.join(narrator("own narrator"), ...asked);
    const live = times(narrators, (i) => narrator(`narrator ${i}`));
    for (const each of live) bench.join(each);
    const since = new Map<FakeThinker, number>();
    let [narratorWait, questionWait] = [0, 0];
    for (let step = 0; step < 1000 && asked.some(({ demand }) => demand > 0); step++) {
      // Every narrator has a step to take all the time.
      for (const each of live) if (each.demand === 0) each.add(1);
      for (const each of [...live, ...asked]) if (!since.has(each)) since.set(each, step);
      const unread = asked.filter(({ priority }) => priority === PRIORITY.question);
      for (const taken of await bench.step()) {
        const wait = step - since.get(taken)!;
        since.delete(taken);
        if (live.includes(taken)) narratorWait = Math.max(narratorWait, wait);
        else if (unread.includes(taken)) questionWait = Math.max(questionWait, wait);
      }
      for (const [each, from] of since)
        if (live.includes(each)) narratorWait = Math.max(narratorWait, step - from);
    }
    expect(
      asked.every(({ demand }) => demand === 0),
      "all are answered",
    ).toBe(true);
    return { narratorWait, questionWait };
  }

  it("let no narrator wait: there is room for it in every step", async () => {
    const { narratorWait, questionWait } = await longestWaits(50, 16);
    expect(narratorWait).toBe(0);
    // One question fits in a step beside the narrators and the answers that have begun.
    expect(questionWait).toBeLessThanOrEqual(2 * 32);
  });

  it.each([1, 7, 32, 50, 96])(
    "let narrators wait for at most two steps, whatever their length (%i)",
    async (tokens) => {
      for (const narrators of [1, 16, 48]) {
        const { narratorWait, questionWait } = await longestWaits(tokens, narrators);
        expect(narratorWait).toBeLessThanOrEqual(2);
        expect(questionWait).toBeLessThanOrEqual(2 * (32 + narrators));
      }
    },
  );

  it("and even questions that are larger than a step let them wait for one step only", async () => {
    const { narratorWait, questionWait } = await longestWaits(200, 16);
    expect(narratorWait).toBe(1);
    expect(questionWait).toBeLessThanOrEqual(2 * 32);
  });
});

describe("a step", () => {
  it("is empty when nobody has anything to do, and is not run", async () => {
    const bench = new Bench();
    expect(await bench.step()).toEqual([]);
    bench.join(narrator("idle"));
    expect(await bench.step()).toEqual([]);
    expect(bench.ran).toEqual([]);
  });

  it("takes a question at once, and every next token of its answer, when nobody else is about", async () => {
    const bench = new Bench();
    const only = question("only", 50, 3);
    bench.join(narrator("quiet"), only);
    for (let step = 0; step < 4; step++) expect(await bench.step()).toEqual([only]);
    expect(bench.ran).toEqual([[50], [1], [1], [1]]);
  });

  it("takes as many short questions as fit", async () => {
    const bench = new Bench();
    bench.join(...times(32, (i) => question(`${i}`, 7)));
    expect(await bench.step()).toHaveLength(Math.floor(STEP_TOKENS / 7));
  });

  it("takes narrators first, then answers that have begun, then questions", async () => {
    const bench = new Bench();
    const begun = question("begun", 9);
    bench.join(begun);
    await bench.step();
    const [fresh, live] = [question("fresh", 9), narrator("live", 1)];
    bench.join(fresh);
    bench.join(live);
    expect(await bench.step()).toEqual([live, begun, fresh]);
  });

  it("takes a question that is larger than a step alone", async () => {
    const bench = new Bench();
    const large = question("large", STEP_TOKENS + 1);
    const live = narrator("live", 1, 1, 1);
    bench.join(live, large);
    expect(await bench.step()).toEqual([live]);
    expect(await bench.step()).toEqual([large]);
    expect(await bench.step()).toEqual([live, large]);
  });

  it("gives drafts only the room that nobody needs", async () => {
    const bench = new Bench();
    const drafting = narrator("drafting", 1, 1);
    drafting.draft = 4;
    bench.join(drafting, question("long", STEP_TOKENS - 3));
    await bench.step();
    expect(bench.ran[0]).toEqual([3, STEP_TOKENS - 3]);
    await bench.step();
    expect(bench.ran[1]).toEqual([5, 1]);
  });

  it("does not take a thinker whose stream has left", async () => {
    const bench = new Bench();
    const gone = bench.join(narrator("gone", 1));
    const there = narrator("there", 1);
    bench.join(there);
    bench.scheduler.leave(gone);
    expect(await bench.step()).toEqual([there]);
  });
});

describe("a failure", () => {
  it.each(["prepare", "accept"] as const)(
    "of one thinker (%s) fails its stream and no other",
    async (failsAt) => {
      const bench = new Bench();
      const [bad, sibling, other] = [narrator("bad", 1), question("sibling", 5), narrator("other", 1, 1)];
      bad.failsAt = failsAt;
      const stream = bench.join(bad, sibling);
      bench.join(other);
      await bench.step();
      expect(bench.failed).toEqual([[stream, `bad cannot ${failsAt}`]]);
      expect(other.demand).toBe(1);
      expect(sibling.demand, "it accepts nothing after its stream has failed").toBe(5);
      expect(await bench.step()).toEqual([other]);
      expect(bench.failed).toHaveLength(1);
    },
  );

  it("takes what others of its stream had prepared out of the step", async () => {
    const bench = new Bench();
    const bad = question("bad", 9);
    bad.failsAt = "prepare";
    bench.join(narrator("sibling", 3), bad);
    const other = narrator("other", 1);
    bench.join(other);
    expect(await bench.step()).toEqual([other]);
    expect(bench.ran).toEqual([[1]]);
  });

  it("of all who were chosen lets others take the step", async () => {
    const bench = new Bench();
    const [bad, next] = [question("bad", 90), question("next", 50)];
    bad.failsAt = "prepare";
    bench.join(bad);
    bench.join(next);
    expect(await bench.step()).toEqual([next]);
    expect(bench.failed).toHaveLength(1);
  });

  it("of naming its thinkers fails a stream and no other", async () => {
    const bench = new Bench();
    const other = narrator("other", 1);
    const stream: FakeStream = {
      thinkers: () => {
        throw new Error("the memory is full");
      },
    };
    bench.scheduler.join(stream);
    bench.join(other);
    expect(await bench.step()).toEqual([other]);
    expect(bench.failed).toEqual([[stream, "the memory is full"]]);
  });

  it("of a step fails the stream without which the others can be run", async () => {
    const bench = new Bench();
    bench.runFails = (steps) => steps.some(({ tokens }) => tokens.length === 13);
    const [one, two] = [narrator("one", 1), question("two", 5)];
    const bad = bench.join(question("bad", 13));
    bench.join(one, two);
    await bench.step();
    expect(bench.failed).toEqual([[bad, "a step cannot be run"]]);
    expect([one.demand, two.demand]).toEqual([0, 1]);
  });

  it("of every step fails all streams", async () => {
    const bench = new Bench();
    bench.runFails = () => true;
    const streams = times(3, (i) => bench.join(narrator(`${i}`, 1)));
    await bench.step();
    expect(bench.failed.map(([stream]) => stream)).toEqual(streams);
    expect(await bench.step()).toEqual([]);
  });
});

describe("for any joins, leaves, lengths and priorities", () => {
  const event = fc.oneof(
    fc.record({
      type: fc.constant("narrator" as const),
      stream: fc.nat(5),
      tokens: fc.integer({ min: 1, max: 3 }),
    }),
    fc.record({
      type: fc.constant("question" as const),
      stream: fc.nat(5),
      tokens: fc.oneof(fc.integer({ min: 1, max: 60 }), fc.integer({ min: 1, max: 250 })),
      answer: fc.nat(6),
    }),
    fc.record({
      type: fc.constant("burst" as const),
      stream: fc.nat(5),
      tokens: fc.integer({ min: 1, max: 60 }),
    }),
    fc.record({ type: fc.constant("leave" as const), stream: fc.nat(5) }),
    fc.record({ type: fc.constant("work" as const), share: fc.integer({ min: 1, max: 3 }) }),
    fc.constant({ type: "step" as const }),
    fc.constant({ type: "step" as const }),
    fc.constant({ type: "step" as const }),
  );

  it("steps keep to the limit, nobody is overtaken by an equal, and nobody starves", async () => {
    const reached = { waits: 0, alone: 0, narratorWaits: 0, full: 0 };
    await fc.assert(
      fc.asyncProperty(fc.array(event, { minLength: 20, maxLength: 120 }), async (events) => {
        const bench = new Bench();
        const members = new Map<number, FakeThinker[]>();
        const streams = new Map<number, FakeStream>();
        const narrators = new Set<FakeThinker>();
        /** Steps that each has waited, and how many had something to do at most meanwhile. */
        const waits = new Map<FakeThinker, { steps: number; others: number }>();
        const add = (stream: number, thinker: FakeThinker) => {
          const all = members.get(stream) ?? [];
          members.set(stream, all);
          all.push(thinker);
          if (!streams.has(stream)) {
            const joined = { thinkers: () => all };
            streams.set(stream, joined);
            bench.scheduler.join(joined);
          }
        };

        const step = async () => {
          const ready = [...members.values()].flat().filter(({ demand }) => demand > 0);
          const before = ready.map((thinker) => ({
            thinker,
            demand: thinker.demand,
            priority: thinker.priority,
            waited: waits.get(thinker)?.steps ?? 0,
          }));
          const taken = new Set(await bench.step());
          expect(taken.size > 0).toBe(ready.length > 0);
          if (ready.length === 0) return;
          const tokens = bench.ran.at(-1)!;
          const total = tokens.reduce((sum, count) => sum + count, 0);
          if (tokens.length > 1) expect(total).toBeLessThanOrEqual(STEP_TOKENS);
          if (total > STEP_TOKENS) reached.alone++;
          const [inside, outside] = [true, false].map((is) =>
            before.filter((each) => taken.has(each.thinker) === is),
          );
          if (outside!.length > 0) reached.full++;
          for (const late of inside!)
            for (const left of outside!)
              if (late.priority === left.priority) expect(late.waited).toBeGreaterThanOrEqual(left.waited);
          const allNarrators = before.filter(({ thinker }) => narrators.has(thinker));
          const needed = allNarrators.reduce((sum, { demand }) => sum + demand, 0);
          expect(needed).toBeLessThanOrEqual(STEP_TOKENS);
          for (const { thinker } of inside!) waits.delete(thinker);
          for (const { thinker } of outside!) {
            const wait = waits.get(thinker) ?? { steps: 0, others: 0 };
            const now = { steps: wait.steps + 1, others: Math.max(wait.others, ready.length) };
            waits.set(thinker, now);
            reached.waits = Math.max(reached.waits, now.steps);
            expect(now.steps).toBeLessThanOrEqual(2 * now.others);
            if (!narrators.has(thinker)) continue;
            reached.narratorWaits++;
            expect(now.steps).toBeLessThanOrEqual(1);
          }
        };

        for (const [i, event] of events.entries()) {
          if (event.type === "step") await step();
          else if (event.type === "leave") {
            const stream = streams.get(event.stream);
            if (stream !== undefined) bench.scheduler.leave(stream);
            streams.delete(event.stream);
            members.delete(event.stream);
          } else if (event.type === "work") {
            for (const each of narrators) if (i % event.share === 0 && each.demand === 0) each.add(1);
          } else if (event.type === "burst") {
            for (let k = 0; k < 12; k++) add(event.stream, question(`${i}.${k}`, event.tokens, 3));
          } else if (event.type === "narrator") {
            if (narrators.size >= 30) continue;
            const thinker = narrator(`${i}`, event.tokens);
            thinker.draft = 2;
            narrators.add(thinker);
            add(event.stream, thinker);
          } else add(event.stream, question(`${i}`, event.tokens, event.answer));
        }
        for (let i = 0; i < 1000 && [...members.values()].flat().some(({ demand }) => demand > 0); i++)
          await step();
        expect([...members.values()].flat().every(({ demand }) => demand === 0)).toBe(true);
      }),
      { numRuns: 200 },
    );
    // The property is empty unless the runs get where it could fail.
    expect(reached.waits).toBeGreaterThan(10);
    for (const [what, count] of Object.entries(reached)) expect(count, what).toBeGreaterThan(5);
  });

  it("takes more narrators than fit in turn", async () => {
    const bench = new Bench();
    const live = times(250, (i) => narrator(`${i}`));
    for (const each of live) bench.join(each);
    const asked = question("asked", 50);
    bench.join(asked);
    const taken = new Map<FakeThinker, number>();
    for (let step = 0; step < 60; step++) {
      for (const each of live) if (each.demand === 0) each.add(1);
      for (const each of await bench.step()) taken.set(each, (taken.get(each) ?? 0) + 1);
    }
    const counts = live.map((each) => taken.get(each) ?? 0);
    expect(Math.max(...counts) - Math.min(...counts)).toBeLessThanOrEqual(1);
    expect(asked.demand, "and the answer is complete").toBe(0);
  });
});
