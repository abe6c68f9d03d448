// Blocks of slots, which stay in the nearest cache while all vectors of a tile are done with them.

/** Slots whose keys stay in the nearest cache while all vectors of a tile are scored against them. */
export const BLOCK_SLOTS: i32 = 32;

/** Slots of a block that a sight sees. */
@inline
export function seen(sight: usize, from: i32, until: i32): i32 {
  return max(0, min(load<i32>(sight, 8), until) - from);
}
