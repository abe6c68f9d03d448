// Weighted sums of values.

import { BLOCK_SLOTS, seen } from "./blocks";
import { madd } from "./lanes";
import { widen } from "./narrow-slots";
import { SIGHT_BYTES, VECTOR_BYTES } from "./tables";

/** Adds the weighted sum of some values to an output: 32 numbers of a head, or 8. */
@inline
function gatherOne(weights: usize, value: usize, slots: i32, width: usize, out: usize, wide: bool): void {
  let a0 = v128.load(out);
  let a1 = v128.load(out, 16);
  let a2 = f32x4.splat(0);
  let a3 = a2;
  let a4 = a2;
  let a5 = a2;
  let a6 = a2;
  let a7 = a2;
  if (wide) {
    a2 = v128.load(out, 32);
    a3 = v128.load(out, 48);
    a4 = v128.load(out, 64);
    a5 = v128.load(out, 80);
    a6 = v128.load(out, 96);
    a7 = v128.load(out, 112);
  }
  const end = weights + (<usize>slots << 2);
  for (; weights < end; weights += 4) {
    const w = v128.load32_splat(weights);
    a0 = madd(w, v128.load(value), a0);
    a1 = madd(w, v128.load(value, 16), a1);
    if (wide) {
      a2 = madd(w, v128.load(value, 32), a2);
      a3 = madd(w, v128.load(value, 48), a3);
      a4 = madd(w, v128.load(value, 64), a4);
      a5 = madd(w, v128.load(value, 80), a5);
      a6 = madd(w, v128.load(value, 96), a6);
      a7 = madd(w, v128.load(value, 112), a7);
    }
    value += width;
  }
  v128.store(out, a0);
  v128.store(out, a1, 16);
  if (wide) {
    v128.store(out, a2, 32);
    v128.store(out, a3, 48);
    v128.store(out, a4, 64);
    v128.store(out, a5, 80);
    v128.store(out, a6, 96);
    v128.store(out, a7, 112);
  }
}

/** The same for two vectors: 16 numbers of a head, or 8. */
@inline
function gatherTwo(
  a: usize,
  b: usize,
  value: usize,
  slots: i32,
  width: usize,
  outA: usize,
  outB: usize,
  wide: bool,
): void {
  let a0 = v128.load(outA);
  let a1 = v128.load(outA, 16);
  let b0 = v128.load(outB);
  let b1 = v128.load(outB, 16);
  let a2 = f32x4.splat(0);
  let a3 = a2;
  let b2 = a2;
  let b3 = a2;
  if (wide) {
    a2 = v128.load(outA, 32);
    a3 = v128.load(outA, 48);
    b2 = v128.load(outB, 32);
    b3 = v128.load(outB, 48);
  }
  const end = a + (<usize>slots << 2);
  while (a < end) {
    const x = v128.load32_splat(a);
    const y = v128.load32_splat(b);
    let v = v128.load(value);
    a0 = madd(x, v, a0);
    b0 = madd(y, v, b0);
    v = v128.load(value, 16);
    a1 = madd(x, v, a1);
    b1 = madd(y, v, b1);
    if (wide) {
      v = v128.load(value, 32);
      a2 = madd(x, v, a2);
      b2 = madd(y, v, b2);
      v = v128.load(value, 48);
      a3 = madd(x, v, a3);
      b3 = madd(y, v, b3);
    }
    a += 4;
    b += 4;
    value += width;
  }
  v128.store(outA, a0);
  v128.store(outA, a1, 16);
  v128.store(outB, b0);
  v128.store(outB, b1, 16);
  if (wide) {
    v128.store(outA, a2, 32);
    v128.store(outA, a3, 48);
    v128.store(outB, b2, 32);
    v128.store(outB, b3, 48);
  }
}

@inline
function gatherHead(weights: usize, value: usize, slots: i32, width: usize, out: usize): void {
  let offset: usize = 0;
  for (; offset + 128 <= width; offset += 128) {
    gatherOne(weights, value + offset, slots, width, out + offset, true);
  }
  for (; offset < width; offset += 32) gatherOne(weights, value + offset, slots, width, out + offset, false);
}

/** Adds a range's weighted values to the outputs of the vectors that see it. */
export function gather(range: usize, layer: usize, head: usize, at: usize, width: usize): void {
  const place = layer * <usize>load<u32>(range, 12) + head * <usize>load<u32>(range, 8);
  const values = <usize>load<u32>(range, 4) + place;
  const first = <usize>load<u32>(range, 16);
  const count = load<i32>(range, 20);
  const end = first + <usize>count * SIGHT_BYTES;
  const slots = load<i32>(range, 32);
  const stride = <usize>load<u32>(range, 36);
  const room = <usize>load<u32>(range, 40);
  const block = count > 2 || room ? BLOCK_SLOTS : slots;
  for (let from = 0; from < slots; from += block) {
    let value = values + <usize>from * stride;
    if (room) {
      widen(value, min(block, slots - from), stride, room, width);
      value = room;
    }
    const skip = <usize>from << 2;
    let a = first;
    for (; a + SIGHT_BYTES < end; a += 2 * SIGHT_BYTES) {
      const b = a + SIGHT_BYTES;
      const seenA = seen(a, from, from + block);
      const seenB = seen(b, from, from + block);
      const both = min(seenA, seenB);
      const weightsA = <usize>load<u32>(a, 4) + skip;
      const weightsB = <usize>load<u32>(b, 4) + skip;
      const outA = <usize>load<u32>(a, 12) + at;
      const outB = <usize>load<u32>(b, 12) + at;
      let offset: usize = 0;
      for (; offset + 64 <= width; offset += 64) {
        gatherTwo(weightsA, weightsB, value + offset, both, width, outA + offset, outB + offset, true);
      }
      for (; offset < width; offset += 32) {
        gatherTwo(weightsA, weightsB, value + offset, both, width, outA + offset, outB + offset, false);
      }
      const rest = value + <usize>both * width;
      const done = <usize>both << 2;
      if (seenA > both) gatherHead(weightsA + done, rest, seenA - both, width, outA);
      if (seenB > both) gatherHead(weightsB + done, rest, seenB - both, width, outB);
    }
    if (a < end) {
      const weights = <usize>load<u32>(a, 4) + skip;
      gatherHead(weights, value, seen(a, from, from + block), width, <usize>load<u32>(a, 12) + at);
    }
  }
}

/**
 * Makes zero the weights of slots that a vector does not see, so that the weights of a range are a matrix, one row for
 * each vector, and its values can be multiplied with it.
 */
export function blank(range: usize): void {
  const slots = load<i32>(range, 32);
  let sight = <usize>load<u32>(range, 16);
  for (let n = load<i32>(range, 20); n > 0; n--, sight += SIGHT_BYTES) {
    const count = load<i32>(sight, 8);
    memory.fill(<usize>load<u32>(sight, 4) + (<usize>count << 2), 0, <usize>(slots - count) << 2);
  }
}

/** Adds to the outputs of a range's vectors what stands where their rotated queries were. */
export function add(range: usize, at: usize, width: usize): void {
  let sight = <usize>load<u32>(range, 16);
  for (let n = load<i32>(range, 20); n > 0; n--, sight += SIGHT_BYTES) {
    const from = <usize>load<u32>(sight);
    const to = <usize>load<u32>(sight, 12) + at;
    for (let c: usize = 0; c < width; c += 16) v128.store(to + c, f32x4.add(v128.load(to + c), v128.load(from + c)));
  }
}

/** Divides each output by the sum of its weights. */
export function normalise(vectors: usize, count: i32, at: usize, width: usize): void {
  for (let v = 0; v < count; v++, vectors += VECTOR_BYTES) {
    const out = <usize>load<u32>(vectors) + at;
    const scale = f32x4.splat(1 / load<f32>(vectors, 12));
    for (let c: usize = 0; c < width; c += 16) v128.store(out + c, f32x4.mul(v128.load(out + c), scale));
  }
}
