import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { KvMemory } from "../../src/cache/mod.ts";

describe("KvMemory", () => {
  it("hands out zeroed pieces that do not overlap, and takes them back, in any order", () => {
    const sizes = fc.array(fc.integer({ min: 1, max: 3000 }), { minLength: 1, maxLength: 40 });
    fc.assert(
      fc.property(sizes, fc.integer(), (bytes, seed) => {
        const memory = new KvMemory();
        let held: { address: number; bytes: number }[] = [];
        for (const [i, size] of bytes.entries()) {
          const address = memory.allocate(size);
          const [from, to] = [address / 4, Math.ceil((address + size) / 4)];
          expect(memory.floats.subarray(from, to).every((x) => x === 0)).toBe(true);
          memory.floats.fill(1, from, to);
          for (const other of held)
            expect(address >= other.address + other.bytes || address + size <= other.address).toBe(true);
          held.push({ address, bytes: size });
          if ((seed + i) % 3 === 0) {
            const [gone] = held;
            memory.release(gone!.address, gone!.bytes);
            held = held.slice(1);
          }
        }
        for (const piece of held) memory.release(piece.address, piece.bytes);
        expect(memory.usedBytes).toBe(0);
      }),
    );
  });

  it("uses a size again that was taken back: it does not grow when streams come and go", () => {
    const memory = new KvMemory();
    const round = () => {
      const pieces = [1e6, 2e6, 1e6].map((bytes) => ({ bytes, address: memory.allocate(bytes) }));
      for (const { address, bytes } of pieces) memory.release(address, bytes);
    };
    round();
    const size = memory.wasm.buffer.byteLength;
    for (let i = 0; i < 50; i++) round();
    expect(memory.wasm.buffer.byteLength).toBe(size);
  });

  it("says when it is full, what holds it and what to do", () => {
    const memory = new KvMemory(4 * 2 ** 20);
    memory.allocate(2 * 2 ** 20);
    expect(() => memory.allocate(3 * 2 ** 20)).toThrowError(/full \(2 MiB in use\). Close a stream/);
  });
});
