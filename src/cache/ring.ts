import type { SlotRange } from "./kv-store.ts";

/**
 * The slots of some neighbours on a ring: one range, or two where they go over its end.
 *
 * @param first counts on for ever
 * @param count at most the ring's size
 * @param size of the ring
 * @param base first slot of the ring in its store
 * @param width slots of each
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
