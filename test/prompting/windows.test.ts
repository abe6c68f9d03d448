import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { mediaTimeText, type PromptPart, ThoughtMemory, VisualWindow } from "../../src/prompting/mod.ts";

const unit = (index: number): PromptPart[] => [
  { type: "text", text: mediaTimeText(index * 1000) },
  { type: "picture", jpeg: Uint8Array.of(index) },
];

describe("the window of units", () => {
  it("holds the newest units, drops half when it is full, and otherwise only grows at its end", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 0, max: 60 }), (most, count) => {
        const window = new VisualWindow(most);
        for (let index = 0; index < count; index++) {
          const { parts, size, evicted } = window;
          window.add(unit(index));
          const slid = size === most;
          expect(window.evicted - evicted).toBe(slid ? Math.max(1, Math.floor(most / 2)) : 0);
          if (!slid) expect(window.parts.slice(0, parts.length)).toEqual(parts);
          expect(window.size).toBeLessThanOrEqual(most);
          expect(window.size + window.evicted).toBe(index + 1);
          const kept = Array.from({ length: window.size }, (_, at) => unit(window.evicted + at));
          expect(window.parts).toEqual(kept.flat());
        }
      }),
    );
  });

  it("keeps what it was given, whatever the caller does with the array", () => {
    const window = new VisualWindow(3);
    const parts = unit(1);
    window.add(parts);
    parts.pop();
    expect(window.parts).toEqual(unit(1));
  });

  it.each([0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY])("cannot hold %s units", (most) => {
    expect(() => new VisualWindow(most)).toThrow(
      /^A window cannot hold .* Give a whole number of at least 1\.$/,
    );
  });
});

describe("the memory of thoughts", () => {
  it("keeps the newest thoughts that fit, as wholes, and counts what has left", () => {
    const sizes = fc.array(fc.integer({ min: 1, max: 40 }), { maxLength: 40 });
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 100 }), sizes, (most, all) => {
        const memory = new ThoughtMemory(most);
        let before = 0;
        all.forEach((tokens, index) => {
          memory.add({ mediaTimeMs: index * 1000, text: `thought ${index}`, tokens });
          expect(memory.evictedTokens).toBeGreaterThanOrEqual(before);
          before = memory.evictedTokens;
        });
        const total = all.reduce((sum, tokens) => sum + tokens, 0);
        expect(memory.tokens + memory.evictedTokens).toBe(total);
        expect(memory.tokens).toBeLessThanOrEqual(most);
        const kept = all.map((_, index) => `thought ${index}`).slice(all.length - memory.thoughts.length);
        expect(memory.thoughts.map(({ text }) => text)).toEqual(kept);
      }),
    );
  });

  it("keeps as many as fit, not fewer", () => {
    const memory = new ThoughtMemory(10);
    for (const text of ["a", "b", "c"]) memory.add({ mediaTimeMs: 0, text, tokens: 5 });
    expect(memory.thoughts.map(({ text }) => text)).toEqual(["b", "c"]);
  });

  it("tells each thought on a line, with its time", () => {
    const memory = new ThoughtMemory(100);
    expect(memory.text).toBe("");
    memory.add({ mediaTimeMs: 7900, text: "A man\n comes in.", tokens: 5 });
    memory.add({ mediaTimeMs: 83_000, text: "He sits down.", tokens: 4 });
    expect(memory.text).toBe("0:07 A man comes in.\n1:23 He sits down.");
  });

  it("is not shown for some thoughts after one that copied it, for more of them each time", () => {
    const memory = new ThoughtMemory(100);
    memory.heard(true);
    memory.add({ mediaTimeMs: 0, text: "A man.", tokens: 3 });
    const shown = (repeated: readonly boolean[]) =>
      repeated.map((one) => {
        const { textForThought } = memory;
        memory.heard(one);
        return textForThought !== "";
      });
    const hidden = (count: number) => Array.from({ length: count }, (_, at) => at % 2 === 0);
    const silences = (count: number) => new Array<boolean>(count).fill(false);
    expect(shown([true, ...hidden(8), true])).toEqual([true, ...silences(8), true]);
    expect(shown([...hidden(16), false, true])).toEqual([...silences(16), true, true]);
    expect(shown([...hidden(8), false])).toEqual([...silences(8), true]);
    expect(memory.text).toBe("0:00 A man.");
  });

  it.each([-1, Number.NaN])("cannot hold %s tokens", (most) => {
    expect(() => new ThoughtMemory(most)).toThrow(/Give a number of at least 0\.$/);
  });
});

describe("a time in a prompt", () => {
  it.each([
    [0, "0:00"],
    [999, "0:00"],
    [59_999, "0:59"],
    [60_000, "1:00"],
    [3_599_000, "59:59"],
    [3_723_000, "1:02:03"],
    [90_000_000, "25:00:00"],
    [-5, "0:00"],
  ])("is of %d ms %s", (ms, text) => {
    expect(mediaTimeText(ms)).toBe(text);
  });
});
