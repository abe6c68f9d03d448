import { describe, expect, it } from "vitest";
import { KvMemory, type SlotRange, VisualSequence, type VisualSequenceOptions } from "../../src/cache/mod.ts";
import { random } from "../support/random.ts";

const shape = { layers: 1, heads: 1, headWidth: 8 };

function make(options: Partial<VisualSequenceOptions> = {}): VisualSequence {
  return new VisualSequence({
    memory: new KvMemory(),
    shape,
    prefixTokens: 3,
    unitTokens: 4,
    sinkUnits: 1,
    windowUnits: 2,
    positions: "contiguous",
    ...options,
  });
}

/** Begins and admits units of some sizes, each right behind the one before it; a second apart. */
function fill(sequence: VisualSequence, sizes: readonly number[]): void {
  for (const tokens of sizes) {
    const unit = sequence.newest + 1;
    const start = sequence.end as number;
    sequence.begin({
      unit,
      mediaTimeMs: unit * 1000,
      tokens,
      start,
      last: start + tokens - 1,
      end: start + tokens,
    });
    sequence.admit();
  }
}
const at = (unit: number) => ({ unit, mediaTimeMs: unit * 1000 });
const slots = (ranges: readonly SlotRange[]) =>
  ranges.flatMap(({ slot, count }) => Array.from({ length: count }, (_, i) => slot + i));

describe("a sequence of visual units", () => {
  it("shows the prefix before the first unit, and text follows it", () => {
    const view = make().view({ unit: -1, mediaTimeMs: 0 });
    expect([slots(view.sink), slots(view.window), view.textStart]).toEqual([[0, 1, 2], [], 3]);
  });

  it("keeps the prefix and the first units, and a window of units of any size without gaps", () => {
    const sequence = make();
    fill(sequence, [2, 3, 4, 1]);
    const view = sequence.view(at(3));
    expect(slots(view.sink)).toEqual([0, 1, 2, 3, 4]);
    // The ring begins behind the prefix and the room for the sink, at 7. Units 2 and 3 follow unit 1.
    expect(slots(view.window)).toEqual([10, 11, 12, 13, 14].map((slot) => 7 + ((slot - 7) % 8)));
    expect(sequence).toMatchObject({ unitsHeld: 2, evicted: 1 });
    expect(make()).toMatchObject({ unitsHeld: 0, evicted: 0 });
  });

  it("closes up over what was evicted", () => {
    const sequence = make();
    fill(sequence, [2, 3, 4, 1]);
    const { shift, textStart } = sequence.view(at(3));
    // 3 of the prefix, 2 of the sink, 4 and 1 of the window: as if unit 1 had never been.
    expect([shift, textStart]).toEqual([3, 10]);
    expect(make({ positions: "growing" }).view(at(0)).shift).toBe(0);
  });

  it("lets positions grow where the model was trained so", () => {
    const sequence = make({ positions: "growing" });
    fill(sequence, [2, 3, 4, 1]);
    const { shift, textStart } = sequence.view(at(3));
    expect([shift, textStart]).toEqual([0, 13]);
  });

  it("closes up on the time axis alone where rows and columns begin anew in each unit", () => {
    const sequence = make({ sinkUnits: 0 });
    for (const unit of [0, 1, 2, 3]) {
      const start = [3 + 2 * unit, 3, 3] as const;
      sequence.begin({ ...at(unit), tokens: 4, start, last: [3 + 2 * unit, 4, 4], end: [0, 3, 3] });
      sequence.admit();
    }
    const { shift, textStart } = sequence.view(at(3));
    expect(shift).toEqual([4, 0, 0]);
    expect(textStart).toBe(6);
  });

  it("does not show a unit before it is admitted, but closes up for it", () => {
    const sequence = make({ windowUnits: 1 });
    fill(sequence, [2, 3]);
    sequence.begin({ ...at(2), tokens: 2, start: 8, last: 9, end: 10 });
    const view = sequence.view(at(2));
    expect(slots(view.window)).toEqual([]);
    expect(view.shift).toBe(3);
    expect(slots(sequence.own(2))).toEqual([sequence.slot(0), sequence.slot(1)]);
    sequence.admit();
    expect(slots(sequence.view(at(2)).window)).toHaveLength(2);
  });

  it("lets units that are too old leave the window", () => {
    const sequence = make({ windowUnits: 3, maxAgeMs: 1500 });
    fill(sequence, [1, 1, 1, 1]);
    expect(slots(sequence.view(at(3)).window)).toHaveLength(2);
    expect(sequence).toMatchObject({ unitsHeld: 2, evicted: 1 });
  });

  it("takes units of no tokens, which show nothing new", () => {
    const sequence = make({ slackUnits: 1 });
    fill(sequence, [2, 3, 0, 0]);
    expect(slots(sequence.view(at(2)).window)).toHaveLength(3);
    expect(sequence.view(at(3)).window).toEqual([]);
  });

  it("forgets units that nobody can look from any more, also those of no tokens", () => {
    const sequence = make({ slackUnits: 1 });
    fill(sequence, new Array(50).fill(0));
    expect([44, 46, 47].map((unit) => sequence.place(unit)?.unit ?? null)).toEqual([null, null, 47]);
  });

  it("refuses what does not follow or does not fit", () => {
    const sequence = make();
    expect(() => sequence.begin({ ...at(1), tokens: 1, start: 3, last: 3, end: 4 })).toThrow(/cannot follow/);
    expect(() => sequence.begin({ ...at(0), tokens: 5, start: 3, last: 7, end: 8 })).toThrow(/at most 4/);
  });

  it("never gives a slot to two units that are seen together", () => {
    const below = random(7);
    const sequence = make({ windowUnits: 3, slackUnits: 2, unitTokens: 5 });
    const owner = new Map<number, number>();
    for (let unit = 0; unit < 300; unit++) {
      const tokens = below(6);
      const start = sequence.end as number;
      sequence.begin({ ...at(unit), tokens, start, last: start + tokens - 1, end: start + tokens });
      for (let token = 0; token < tokens; token++) owner.set(sequence.slot(token), unit);
      sequence.admit();
      for (const back of [0, 1, 2].filter((b) => b <= unit)) {
        const now = unit - back;
        const seen = [...new Set(slots(sequence.view(at(now)).window).map((slot) => owner.get(slot)!))];
        for (const each of seen) expect(each > now - 3 && each <= now && each >= 1).toBe(true);
        expect(seen).toEqual([...seen].sort((a, b) => a - b));
      }
    }
  });
});
