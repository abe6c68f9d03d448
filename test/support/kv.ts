import type { KvBlock, KvShape } from "../../src/cache/mod.ts";

export const SMALL: KvShape = { layers: 2, heads: 2, headWidth: 4 };

/** The value that token `id` has at one place; its key has the negative. Exact in float32. */
export const cell = (id: number, layer: number, head: number, at: number): number =>
  id * 64 + layer * 32 + head * 16 + at;

/** A block of tokens that can be told apart wherever they end up. */
export function block(shape: KvShape, ids: readonly number[]): KvBlock {
  const size = shape.layers * shape.heads * ids.length * shape.headWidth;
  const value = Float32Array.from({ length: size }, (_, i) => {
    const at = i % shape.headWidth;
    const token = Math.floor(i / shape.headWidth) % ids.length;
    const head = Math.floor(i / (shape.headWidth * ids.length)) % shape.heads;
    const layer = Math.floor(i / (shape.headWidth * ids.length * shape.heads));
    return cell(ids[token]!, layer, head, at);
  });
  return { tokens: ids.length, value, key: value.map((v) => -v) };
}

interface Stored {
  readonly shape: KvShape;
  readonly slots: number;
  readonly keys: readonly Float32Array[];
  readonly values: readonly Float32Array[];
}

/** Which token stands in a slot; fails when its keys and values are not all of the same one. */
export function tokenAt(store: Stored, slot: number): number {
  const { layers, heads, headWidth } = store.shape;
  const id = store.values[0]![slot * headWidth]! / 64;
  for (let layer = 0; layer < layers; layer++)
    for (let head = 0; head < heads; head++)
      for (let at = 0; at < headWidth; at++) {
        const i = (head * store.slots + slot) * headWidth + at;
        const wanted = cell(id, layer, head, at);
        if (store.values[layer]![i] !== wanted || store.keys[layer]![i] !== 0 - wanted)
          throw new Error(`slot ${slot} mixes tokens`);
      }
  return id;
}

/** The tokens that a bias shows, by segment, in order of their ids. */
export function visible(
  store: Stored,
  bias: { readonly data: Float32Array; readonly slots: number },
): { window: number[]; sink: number[] } {
  const row = (offset: number) =>
    Array.from({ length: bias.slots }, (_, slot) => slot)
      .filter((slot) => bias.data[offset + slot] === 0)
      .map((slot) => tokenAt(store, slot))
      .sort((a, b) => a - b);
  return { window: row(0), sink: row(bias.slots) };
}
