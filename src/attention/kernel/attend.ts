/**
 * Attention of any number of tokens over rings, in WebAssembly (AssemblyScript, four float32 at a time).
 *
 * A *vector* is one query head of one token. Vectors that look at the same slots are done together, as a *tile*: each
 * block of keys, and of values, is read into the nearest cache once for all of them.
 *
 * All numbers are byte addresses or counts in one linear memory. Tables that the host writes, of 32-bit integers. Where
 * heads are several, an address is of the first one:
 * - a row (one token): queries-keys-values, where its own key and value go (layer 0), that store's head and layer
 *   stride, its own rotation, whether the store is narrow;
 * - a tile: its vectors, how many, its ranges, how many;
 * - a vector: output, the pieces of its scores, how many, and room for the sum of its weights;
 * - a piece (scores of one vector in one range): address, how many;
 * - a range (slots of one store): keys and values (layer 0, first slot), head and layer stride, its sights, how many,
 *   its turns, how many, slots, bytes from a slot to the next, and, of a narrow store, room for a block of float32;
 * - a sight (a vector that sees a range): rotated query, scores, slots that it sees, output;
 * - a turn (a query that must be rotated for a range): query, where to, rotation.
 * A slot of a narrow store is headWidth numbers of 8 bits, and then the float32 that they are multiplied with.
 * A rotation is cos, then sin, of headWidth / 2 pairs (i, i + headWidth / 2). Head widths are multiples of 8.
 */

import { rotate } from "./lanes";
import { narrow } from "./narrow-slots";
import { score, turn } from "./scores";
import { soften } from "./softmax";
import { RANGE_BYTES, ROW_BYTES, TILE_BYTES } from "./tables";
import { gather, normalise } from "./values";

export { widen } from "./narrow-slots";
export { score, turn } from "./scores";
export { soften } from "./softmax";
export { add, blank, gather, normalise } from "./values";

/**
 * Writes every row's own key, rotated, and value into its slot.
 * @param heads of keys and values
 * @param group query heads of each
 */
export function write(rows: usize, count: i32, layer: usize, heads: i32, group: i32, width: usize): void {
  const all = <usize>heads * width;
  for (let r = 0; r < count; r++, rows += ROW_BYTES) {
    let key = <usize>load<u32>(rows, 4) + layer * <usize>load<u32>(rows, 16);
    let value = <usize>load<u32>(rows, 8) + layer * <usize>load<u32>(rows, 16);
    const stride = <usize>load<u32>(rows, 12);
    const rotation = <usize>load<u32>(rows, 20);
    const isNarrow = load<i32>(rows, 24);
    let from = <usize>load<u32>(rows) + <usize>group * all;
    for (let h = 0; h < heads; h++) {
      if (isNarrow) {
        rotate(from, rotation, from, width >> 1, 1);
        narrow(from, key, width);
        narrow(from + all, value, width);
      } else {
        rotate(from, rotation, key, width >> 1, 1);
        memory.copy(value, from + all, width);
      }
      from += width;
      key += stride;
      value += stride;
    }
  }
}

/**
 * Computes the attention output of every vector of some tiles: one softmax over all that it sees.
 * @param heads of keys and values
 * @param group query heads of each
 */
export function read(tiles: usize, count: i32, layer: usize, heads: i32, group: i32, width: usize): void {
  const last = tiles + <usize>count * TILE_BYTES;
  // Tiles of one stream follow each other. With the loop over heads outside, the next one finds its keys in cache.
  for (let h: usize = 0; h < <usize>heads; h++) {
    const at = h * <usize>group * width;
    for (let tile = tiles; tile < last; tile += TILE_BYTES) {
      const vectors = <usize>load<u32>(tile);
      const vectorCount = load<i32>(tile, 4);
      const ranges = <usize>load<u32>(tile, 8);
      const end = ranges + <usize>load<u32>(tile, 12) * RANGE_BYTES;
      for (let range = ranges; range < end; range += RANGE_BYTES) {
        turn(range, at, width);
        score(range, layer, h, width);
      }
      soften(vectors, vectorCount, at, width);
      for (let range = ranges; range < end; range += RANGE_BYTES) gather(range, layer, h, at, width);
      normalise(vectors, vectorCount, at, width);
    }
  }
}
