import type { KvBlock, KvShape, KvStore, SlotRange } from "../../src/cache/mod.ts";

export const SMALL: KvShape = { layers: 2, heads: 2, headWidth: 4 };

/** The value of token `id` at one place; its key has the negative of it. Exact in float32. */
export const cell = (id: number, layer: number, head: number, at: number): number =>
  id * 64 + layer * 32 + head * 16 + at;

/** A block of tokens that can be recognised in any slot. */
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

/** The token in a slot. Fails when the keys and values in it are not all of one token. */
export function tokenAt(store: KvStore, slot: number): number {
  const { key, value } = store.read(slot, 1);
  const id = value[0]! / 64;
  const wanted = block(store.shape, [id]);
  if (!value.every((x, i) => x === wanted.value[i] && key[i] === 0 - x))
    throw new Error(`Slot ${slot} mixes tokens.`);
  return id;
}

/** The tokens that a view shows, by segment, in order of their ids. */
export function visible(
  store: KvStore,
  view: { readonly sink: readonly SlotRange[]; readonly window: readonly SlotRange[] },
): { window: number[]; sink: number[] } {
  const tokens = (ranges: readonly SlotRange[]) =>
    ranges
      .flatMap(({ slot, count }) => Array.from({ length: count }, (_, i) => tokenAt(store, slot + i)))
      .sort((a, b) => a - b);
  return { window: tokens(view.window), sink: tokens(view.sink) };
}
