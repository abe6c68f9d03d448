import type { SlotRange } from "./kv-store.ts";

/**
 * The slots of consecutive entries of a ring buffer: one range, or two if they wrap around its end.
 *
 * @param first number of the first entry; numbers never wrap
 * @param count number of entries, at most the ring's size
 * @param size entries of the ring
 * @param base first slot of the ring in its store
 * @param width slots of each entry
 */
export function ringRanges(
  first: number,
  count: number,
  size: number,
  base: number,
  width: number,
): SlotRange[] {
  if (count <= 0) return [];
  const from = first % size;
  const straight = Math.min(count, size - from);
  const ranges = [{ slot: base + from * width, count: straight * width }];
  if (straight < count) ranges.push({ slot: base, count: (count - straight) * width });
  return ranges;
}
