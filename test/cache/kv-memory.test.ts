import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { KvMemory } from "../../src/cache/mod.ts";
import { loadBundle, makeTextCache, makeVisualCache } from "../../src/models/mod.ts";
import { BUNDLED_MODEL } from "../support/bundles.ts";
import { random } from "../support/random.ts";

const MIB = 2 ** 20;

describe("KvMemory", () => {
  it("hands out zeroed pieces that do not overlap, and takes them back, in any order", () => {
    const steps = fc.array(
      fc.record({ bytes: fc.integer({ min: 1, max: 3000 }), release: fc.option(fc.nat(99), { freq: 1 }) }),
      { minLength: 1, maxLength: 80 },
    );
    fc.assert(
      fc.property(steps, (sequence) => {
        const memory = new KvMemory();
        const first = memory.allocate(1);
        memory.release(first, 1);
        const held: { address: number; bytes: number }[] = [];
        for (const { bytes, release } of sequence) {
          const address = memory.allocate(bytes);
          const [from, to] = [address / 4, Math.ceil((address + bytes) / 4)];
          expect(memory.floats.subarray(from, to).every((x) => x === 0)).toBe(true);
          memory.floats.fill(1, from, to);
          for (const other of held)
            expect(address >= other.address + other.bytes || address + bytes <= other.address).toBe(true);
          held.push({ address, bytes });
          if (release === null) continue;
          const [gone] = held.splice(release % held.length, 1);
          memory.release(gone!.address, gone!.bytes);
        }
        for (const piece of held) memory.release(piece.address, piece.bytes);
        expect(memory.usedBytes).toBe(0);
        expect(memory.allocate(3000)).toBe(first);
      }),
    );
  });

  it("serves 2,500 sessions with ever different windows, 15 at a time, where 16 of the largest fit", async () => {
    const { manifest } = await loadBundle(BUNDLED_MODEL);
    const { cache, thinking } = manifest;
    const open = (memory: KvMemory, units: number, tokens: number) => {
      const budgets = { thoughtTokens: thinking.thought_tokens, answerTokens: thinking.answer_tokens };
      return [
        makeVisualCache(memory, manifest, units, 8),
        makeTextCache(memory, manifest, { textWindowTokens: tokens, ...budgets }),
      ];
    };
    const openDefault = (memory: KvMemory) =>
      open(memory, cache.visual_window_units, cache.text_window_tokens);
    const measure = new KvMemory();
    openDefault(measure);
    const memory = new KvMemory(16 * measure.usedBytes + MIB);
    const next = random(24);
    const sessions: ReturnType<typeof open>[] = [];
    for (let i = 0; i < 2500; i++) {
      if (sessions.length === 15) for (const each of sessions.splice(next(15), 1)[0]!) each.release();
      sessions.push(open(memory, 1 + next(cache.visual_window_units), 1 + next(cache.text_window_tokens)));
    }
    openDefault(memory);
  });

  it("says when it is full, what holds it and what to do; then goes on", () => {
    const memory = new KvMemory(4 * MIB);
    const address = memory.allocate(2 * MIB);
    expect(() => memory.allocate(3 * MIB)).toThrowError(/full \(2 MiB in use\). Close a stream/);
    memory.release(address, 2 * MIB);
    expect(memory.usedBytes).toBe(0);
    memory.allocate(3 * MIB);
  });

  it("is replaced by a small one once nothing is in a large one", () => {
    const memory = new KvMemory();
    const old = memory.wasm;
    const small = memory.allocate(8 * MIB);
    memory.release(small, 8 * MIB);
    expect(memory.renew()).toBe(false);
    const [a, b] = [memory.allocate(30 * MIB), memory.allocate(1)];
    memory.floats.fill(1, a / 4, a / 4 + 1000);
    memory.release(a, 30 * MIB);
    expect(memory.renew()).toBe(false);
    expect(memory.wasm).toBe(old);
    memory.release(b, 1);
    expect(memory.renew()).toBe(true);
    expect(memory.wasm).not.toBe(old);
    expect(memory.wasm.buffer.byteLength).toBeLessThan(2 * MIB);
    const again = memory.allocate(2 * MIB);
    expect(again).toBe(a);
    expect(memory.floats.subarray(again / 4, again / 4 + MIB / 2).every((x) => x === 0)).toBe(true);
    expect(memory.renew()).toBe(false);
  });
});
