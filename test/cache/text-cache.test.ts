import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { KvMemory, TextCache, type TextCacheOptions } from "../../src/cache/mod.ts";
import { block, SMALL, visible } from "../support/kv.ts";

/** A cache whose tokens are their own positions. */
class Counted {
  constructor(readonly cache: TextCache) {}

  static make(options: Partial<TextCacheOptions> = {}): Counted {
    const sizes = { memory: new KvMemory(), sinkTokens: 2, windowTokens: 5, groupTokens: 4, ...options };
    return new Counted(new TextCache({ shape: SMALL, ...sizes }));
  }

  /** Writes tokens to their slots, as attention does. */
  write(tokens: number): this {
    for (let ahead = 0; ahead < tokens; ahead++)
      this.cache.store.write(this.cache.slot(ahead), block(SMALL, [this.cache.position + ahead]));
    return this;
  }

  more(tokens: number): this {
    this.write(tokens).cache.commit(tokens);
    return this;
  }

  sink(tokens: number): this {
    return this.more(tokens);
  }

  group(tokens: number): this {
    this.cache.beginGroup();
    return this.more(tokens);
  }

  get seen() {
    return visible(this.cache.store, this.cache.view(-1));
  }
}

describe("TextCache", () => {
  it("keeps the sink, and drops whole groups, the oldest first, when the next one begins", () => {
    const text = Counted.make().sink(2).group(3).group(3);
    // 6 tokens before the new group, 5 fit: the oldest group goes, all of it.
    expect(text.seen).toEqual({ sink: [0, 1], window: [2, 3, 4, 5, 6, 7] });
    text.cache.beginGroup();
    expect(text.seen).toEqual({ sink: [0, 1], window: [5, 6, 7] });
    expect(text.cache).toMatchObject({ evicted: 3, length: 5, windowLength: 3, position: 8, heldGroups: 2 });
  });

  it("is moved behind what stands between its groups, and closes nothing up where positions grow", () => {
    const text = Counted.make({ positions: "growing" });
    const { cache } = text;
    cache.beginAt(10);
    text.sink(2).group(3);
    // Only the first token of a group can be moved, and never back.
    cache.beginAt(90);
    expect([cache.position, cache.end, cache.query(2)]).toEqual([5, 15, { window: 17, sink: 17 }]);
    cache.beginGroup();
    cache.beginAt(14);
    expect(cache.end).toBe(15);
    cache.beginAt(20);
    expect(cache.end).toBe(20);
    cache.forgetGroup();
    expect(cache.end).toBe(15);
    cache.beginGroup();
    cache.beginAt(30);
    text.more(4);
    expect([cache.position, cache.end]).toEqual([9, 34]);
    expect([cache.fork(0).end, cache.fork(1).end]).toEqual([34, 15]);
    cache.takeBack(1);
    expect(cache.query()).toEqual({ window: 33, sink: 33 });
    // Three more leave the window, and no position changes.
    text.group(4).group(1);
    expect([cache.evicted, cache.end]).toEqual([6, 38]);
    expect(text.seen).toEqual({ sink: [0, 1], window: [8, 9, 10, 11, 12] });
    expect(cache.held).toEqual(cache.view(-1));
  });

  it("takes back the last tokens of a group, as if they had never been written", () => {
    const text = Counted.make().sink(2).group(3).group(4);
    text.cache.takeBack(3);
    expect(text.cache).toMatchObject({ position: 6, length: 6, room: 3 });
    const other = Counted.make().sink(2).group(3).group(1);
    expect(text.more(2).group(1).seen).toEqual(other.more(2).group(1).seen);
    expect(text.cache.query()).toEqual(other.cache.query());
    expect(() => text.cache.takeBack(2)).toThrow(
      "2 tokens cannot be taken back, because the group has only 1.",
    );
  });

  it("evicts nothing in the middle of a group, however full it is", () => {
    const text = Counted.make().sink(2).group(2).group(3).group(1);
    expect(text.cache.evicted).toBe(0);
    text.more(1).more(1).more(1);
    expect(text.seen.window).toEqual([2, 3, 4, 5, 6, 7, 8, 9, 10]);
    text.cache.beginGroup();
    expect(text.seen.window).toEqual([7, 8, 9, 10]);
  });

  it("drops a group that alone does not fit the window", () => {
    const text = Counted.make({ windowTokens: 2 }).sink(1).group(4).group(1);
    expect(text.seen).toEqual({ sink: [0], window: [5] });
  });

  it("rotates a query by its own count, and for the sink as if nothing had been evicted in between", () => {
    const text = Counted.make().sink(2);
    expect(text.cache.query()).toEqual({ window: 2, sink: 2 });
    text.group(3).group(3);
    expect(text.cache.query()).toEqual({ window: 8, sink: 8 });
    text.cache.beginGroup();
    // The oldest survivor stands at 5 and is seen as if it stood at 2, right after the sink.
    expect(text.cache.query()).toEqual({ window: 8, sink: 5 });
    expect(text.cache.query(3)).toEqual({ window: 11, sink: 8 });
    expect(Counted.make().group(1).cache.query()).toEqual({ window: 1, sink: 1 });
  });

  it("refuses what does not fit", () => {
    const text = Counted.make();
    expect(text.cache.room).toBe(2);
    expect(() => text.more(3)).toThrowError("3 tokens cannot be kept, because only 2 fit.");
    text.sink(1).group(3);
    expect(text.cache.room).toBe(1);
    expect(() => text.more(2)).toThrowError("2 tokens cannot be kept, because only 1 fit.");
    expect(text.more(1).seen).toEqual({ sink: [0], window: [1, 2, 3, 4] });
  });

  it("shows a token ahead itself and those before it, committed or only written", () => {
    const text = Counted.make().sink(1).group(2);
    text.write(3);
    expect(visible(text.cache.store, text.cache.view(0))).toEqual({ sink: [0], window: [1, 2, 3] });
    expect(visible(text.cache.store, text.cache.view(1)).window).toEqual([1, 2, 3, 4]);
    const first = Counted.make().write(2);
    expect(visible(first.cache.store, first.cache.view(1))).toEqual({ sink: [0, 1], window: [] });
  });

  it("keeps of what was written what is committed; the rest is overwritten", () => {
    const text = Counted.make().sink(1).group(1);
    text.write(3).cache.commit(1);
    expect(text.seen.window).toEqual([1, 2]);
    text.cache.store.write(text.cache.slot(), block(SMALL, [50]));
    text.cache.commit(1);
    expect(text.seen.window).toEqual([1, 2, 50]);
  });

  it("takes a group back as if it had never been fed", () => {
    const text = Counted.make().sink(1).group(2).group(1);
    text.cache.forgetGroup();
    expect(text.cache).toMatchObject({ position: 3, length: 3, heldGroups: 1, evicted: 0 });
    expect(text.group(2).seen).toEqual({ sink: [0], window: [1, 2, 3, 4] });
  });

  it("forks into a copy that goes on by itself", () => {
    const narrator = Counted.make().sink(1).group(2).group(2);
    const question = new Counted(narrator.cache.fork());
    question.group(3);
    narrator.group(1);
    expect(question.seen.window).toEqual([1, 2, 3, 4, 5, 6, 7]);
    expect(narrator.seen.window).toEqual([1, 2, 3, 4, 5]);
    for (let i = 0; i < 10; i++) narrator.group(3);
    expect(question.seen).toEqual({ sink: [0], window: [1, 2, 3, 4, 5, 6, 7] });
  });

  it("forks as of before the groups under way", () => {
    const narrator = Counted.make().sink(1).group(2).group(2);
    narrator.cache.beginGroup();
    const empty = new Counted(narrator.cache.fork(1));
    expect(empty.seen.window).toEqual([1, 2, 3, 4]);
    narrator.more(3);
    const question = new Counted(narrator.cache.fork(1));
    expect(question.seen).toEqual({ sink: [0], window: [1, 2, 3, 4] });
    expect(question.cache).toMatchObject({ position: 5, heldGroups: 2 });
    question.group(2);
    expect(question.seen.window).toEqual([1, 2, 3, 4, 5, 6]);
    expect(narrator.seen.window).toEqual([1, 2, 3, 4, 5, 6, 7]);
  });
});

/** The same, said without slots: groups of positions. */
class Naive {
  groups: number[][] = [];
  position: number;

  constructor(
    readonly sinkTokens: number,
    readonly windowTokens: number,
  ) {
    this.position = sinkTokens;
  }

  begin(): void {
    while (this.groups.flat().length > this.windowTokens) this.groups.shift();
    this.groups.push([]);
  }

  forget(): void {
    this.position -= this.groups.pop()?.length ?? 0;
  }

  append(tokens: number): void {
    for (let i = 0; i < tokens; i++) this.groups.at(-1)!.push(this.position++);
  }

  fork(back: number): Naive {
    const copy = new Naive(this.sinkTokens, this.windowTokens);
    copy.groups = this.groups.slice(0, this.groups.length - back).map((group) => [...group]);
    copy.position = this.position - this.groups.slice(this.groups.length - back).flat().length;
    return copy;
  }
}

type Move =
  | { readonly type: "group"; readonly parts: number[] }
  | { readonly type: "forget" }
  | { readonly type: "fork"; readonly back: number };

const parts = fc.array(fc.integer({ min: 1, max: 2 }), { maxLength: 3 });
const moves = fc.array(
  fc.oneof(
    { weight: 5, arbitrary: fc.record({ type: fc.constant("group" as const), parts }) },
    { weight: 1, arbitrary: fc.record({ type: fc.constant("forget" as const) }) },
    { weight: 1, arbitrary: fc.record({ type: fc.constant("fork" as const), back: fc.nat(2) }) },
  ) as fc.Arbitrary<Move>,
  { maxLength: 60 },
);

describe("TextCache, beside a list of groups", () => {
  it("holds the same after any sequence of groups, forgotten ones and forks, in any size", () => {
    const sizes = fc.record({
      sinkTokens: fc.integer({ min: 0, max: 3 }),
      windowTokens: fc.integer({ min: 1, max: 12 }),
    });
    fc.assert(
      fc.property(sizes, moves, ({ sinkTokens, windowTokens }, steps) => {
        let text = Counted.make({ sinkTokens, windowTokens, groupTokens: 6 });
        if (sinkTokens > 0) text.sink(sinkTokens);
        let naive = new Naive(sinkTokens, windowTokens);
        for (const move of steps) {
          if (move.type === "group") {
            text.cache.beginGroup();
            naive.begin();
            for (const tokens of move.parts) {
              text.more(tokens);
              naive.append(tokens);
            }
          } else if (move.type === "forget") {
            text.cache.forgetGroup();
            naive.forget();
          } else {
            const back = Math.min(move.back, naive.groups.length);
            text = new Counted(text.cache.fork(back));
            naive = naive.fork(back);
          }
          const held = naive.groups.flat();
          expect(text.seen.window).toEqual(held);
          expect(text.seen.sink).toHaveLength(sinkTokens);
          expect(text.cache).toMatchObject({ position: naive.position, length: sinkTokens + held.length });
          const { window, sink } = text.cache.query();
          expect(window).toBe(naive.position);
          // One place between the sink's last token and the oldest that is left, whatever went between them.
          const oldest = held[0] ?? naive.position;
          if (sinkTokens > 0) expect(sink - (sinkTokens - 1)).toBe(window - oldest + 1);
        }
      }),
      { numRuns: 300 },
    );
  });
});
