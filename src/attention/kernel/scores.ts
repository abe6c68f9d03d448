// Scores of rotated queries against keys.

import { BLOCK_SLOTS, seen } from "./blocks";
import { LOG2_E, madd, rotate, sum, sums } from "./lanes";
import { widen } from "./narrow-slots";
import { SIGHT_BYTES, TURN_BYTES } from "./tables";

/** Scores of one query against some keys. */
@inline
function scoreOne(query: usize, key: usize, slots: i32, width: usize, to: usize): void {
  // Eight keys at a time: eight chains of additions keep the processor's adders busy, four do not.
  for (; slots >= 8; slots -= 8) {
    let a0 = f32x4.splat(0);
    let a1 = a0;
    let a2 = a0;
    let a3 = a0;
    let a4 = a0;
    let a5 = a0;
    let a6 = a0;
    let a7 = a0;
    const key4 = key + 4 * width;
    for (let c: usize = 0; c < width; c += 16) {
      const q = v128.load(query + c);
      const k = key + c;
      const k4 = key4 + c;
      a0 = madd(q, v128.load(k), a0);
      a1 = madd(q, v128.load(k + width), a1);
      a2 = madd(q, v128.load(k + 2 * width), a2);
      a3 = madd(q, v128.load(k + 3 * width), a3);
      a4 = madd(q, v128.load(k4), a4);
      a5 = madd(q, v128.load(k4 + width), a5);
      a6 = madd(q, v128.load(k4 + 2 * width), a6);
      a7 = madd(q, v128.load(k4 + 3 * width), a7);
    }
    v128.store(to, sums(a0, a1, a2, a3));
    v128.store(to, sums(a4, a5, a6, a7), 16);
    to += 32;
    key += 8 * width;
  }
  for (; slots > 0; slots--) {
    let a = f32x4.splat(0);
    for (let c: usize = 0; c < width; c += 16) a = madd(v128.load(query + c), v128.load(key + c), a);
    store<f32>(to, sum(a));
    to += 4;
    key += width;
  }
}

/** Scores of two queries against some keys, a multiple of four. */
@inline
function scoreTwo(
  queryA: usize,
  queryB: usize,
  key: usize,
  slots: i32,
  width: usize,
  toA: usize,
  toB: usize,
): void {
  for (; slots > 0; slots -= 4) {
    let a0 = f32x4.splat(0);
    let a1 = a0;
    let a2 = a0;
    let a3 = a0;
    let b0 = a0;
    let b1 = a0;
    let b2 = a0;
    let b3 = a0;
    let k0 = key;
    let k1 = key + width;
    let k2 = k1 + width;
    let k3 = k2 + width;
    let a = queryA;
    let b = queryB;
    const end = queryA + width;
    while (a < end) {
      let x = v128.load(a);
      let y = v128.load(b);
      let k = v128.load(k0);
      a0 = madd(x, k, a0);
      b0 = madd(y, k, b0);
      k = v128.load(k1);
      a1 = madd(x, k, a1);
      b1 = madd(y, k, b1);
      k = v128.load(k2);
      a2 = madd(x, k, a2);
      b2 = madd(y, k, b2);
      k = v128.load(k3);
      a3 = madd(x, k, a3);
      b3 = madd(y, k, b3);
      x = v128.load(a, 16);
      y = v128.load(b, 16);
      k = v128.load(k0, 16);
      a0 = madd(x, k, a0);
      b0 = madd(y, k, b0);
      k = v128.load(k1, 16);
      a1 = madd(x, k, a1);
      b1 = madd(y, k, b1);
      k = v128.load(k2, 16);
      a2 = madd(x, k, a2);
      b2 = madd(y, k, b2);
      k = v128.load(k3, 16);
      a3 = madd(x, k, a3);
      b3 = madd(y, k, b3);
      a += 32;
      b += 32;
      k0 += 32;
      k1 += 32;
      k2 += 32;
      k3 += 32;
    }
    v128.store(toA, sums(a0, a1, a2, a3));
    v128.store(toB, sums(b0, b1, b2, b3));
    toA += 16;
    toB += 16;
    key += 4 * width;
  }
}

/** Scores of four queries against some keys, a multiple of two. */
@inline
function scoreFour(
  queryA: usize,
  queryB: usize,
  queryC: usize,
  queryD: usize,
  key: usize,
  slots: i32,
  width: usize,
  toA: usize,
  toB: usize,
  toC: usize,
  toD: usize,
): void {
  for (; slots > 0; slots -= 2) {
    let a0 = f32x4.splat(0);
    let a1 = a0;
    let b0 = a0;
    let b1 = a0;
    let c0 = a0;
    let c1 = a0;
    let d0 = a0;
    let d1 = a0;
    let k0 = key;
    let k1 = key + width;
    let a = queryA;
    let b = queryB;
    let c = queryC;
    let d = queryD;
    while (k0 < key + width) {
      let x = v128.load(k0);
      let y = v128.load(k1);
      let q = v128.load(a);
      a0 = madd(q, x, a0);
      a1 = madd(q, y, a1);
      q = v128.load(b);
      b0 = madd(q, x, b0);
      b1 = madd(q, y, b1);
      q = v128.load(c);
      c0 = madd(q, x, c0);
      c1 = madd(q, y, c1);
      q = v128.load(d);
      d0 = madd(q, x, d0);
      d1 = madd(q, y, d1);
      x = v128.load(k0, 16);
      y = v128.load(k1, 16);
      q = v128.load(a, 16);
      a0 = madd(q, x, a0);
      a1 = madd(q, y, a1);
      q = v128.load(b, 16);
      b0 = madd(q, x, b0);
      b1 = madd(q, y, b1);
      q = v128.load(c, 16);
      c0 = madd(q, x, c0);
      c1 = madd(q, y, c1);
      q = v128.load(d, 16);
      d0 = madd(q, x, d0);
      d1 = madd(q, y, d1);
      k0 += 32;
      k1 += 32;
      a += 32;
      b += 32;
      c += 32;
      d += 32;
    }
    const ab = sums(a0, a1, b0, b1);
    const cd = sums(c0, c1, d0, d1);
    v128.store_lane<i64>(toA, ab, 0);
    v128.store_lane<i64>(toB, ab, 1);
    v128.store_lane<i64>(toC, cd, 0);
    v128.store_lane<i64>(toD, cd, 1);
    toA += 8;
    toB += 8;
    toC += 8;
    toD += 8;
    key += 2 * width;
  }
}

/**
 * Rotates the queries of a range.
 * @param at bytes from a row's first query head to the one that is done
 */
export function turn(range: usize, at: usize, width: usize): void {
  let one = <usize>load<u32>(range, 24);
  for (let n = load<i32>(range, 28); n > 0; n--, one += TURN_BYTES) {
    rotate(<usize>load<u32>(one) + at, <usize>load<u32>(one, 8), <usize>load<u32>(one, 4), width >> 1, LOG2_E);
  }
}

/** Scores of a range's rotated queries. */
export function score(range: usize, layer: usize, head: usize, width: usize): void {
  const place = layer * <usize>load<u32>(range, 12) + head * <usize>load<u32>(range, 8);
  const keys = <usize>load<u32>(range) + place;
  const first = <usize>load<u32>(range, 16);
  const count = load<i32>(range, 20);
  const end = first + <usize>count * SIGHT_BYTES;
  const slots = load<i32>(range, 32);
  const stride = <usize>load<u32>(range, 36);
  const room = <usize>load<u32>(range, 40);
  const block = count > 2 || room ? BLOCK_SLOTS : slots;
  for (let from = 0; from < slots; from += block) {
    let key = keys + <usize>from * stride;
    if (room) {
      widen(key, min(block, slots - from), stride, room, width);
      key = room;
    }
    const skip = <usize>from << 2;
    let a = first;
    for (; a + 3 * SIGHT_BYTES < end; a += 4 * SIGHT_BYTES) {
      const b = a + SIGHT_BYTES;
      const c = b + SIGHT_BYTES;
      const d = c + SIGHT_BYTES;
      const all = min(
        min(seen(a, from, from + block), seen(b, from, from + block)),
        min(seen(c, from, from + block), seen(d, from, from + block)),
      ) & ~1;
      scoreFour(
        <usize>load<u32>(a),
        <usize>load<u32>(b),
        <usize>load<u32>(c),
        <usize>load<u32>(d),
        key,
        all,
        width,
        <usize>load<u32>(a, 4) + skip,
        <usize>load<u32>(b, 4) + skip,
        <usize>load<u32>(c, 4) + skip,
        <usize>load<u32>(d, 4) + skip,
      );
      const rest = key + <usize>all * width;
      for (let one = a; one <= d; one += SIGHT_BYTES) {
        const more = seen(one, from, from + block) - all;
        if (more > 0) scoreOne(<usize>load<u32>(one), rest, more, width, <usize>load<u32>(one, 4) + skip + (<usize>all << 2));
      }
    }
    if (a + SIGHT_BYTES < end) {
      const b = a + SIGHT_BYTES;
      const seenA = seen(a, from, from + block);
      const seenB = seen(b, from, from + block);
      const both = min(seenA, seenB) & ~3;
      const queryA = <usize>load<u32>(a);
      const queryB = <usize>load<u32>(b);
      const toA = <usize>load<u32>(a, 4) + skip;
      const toB = <usize>load<u32>(b, 4) + skip;
      scoreTwo(queryA, queryB, key, both, width, toA, toB);
      const rest = key + <usize>both * width;
      if (seenA > both) scoreOne(queryA, rest, seenA - both, width, toA + (<usize>both << 2));
      if (seenB > both) scoreOne(queryB, rest, seenB - both, width, toB + (<usize>both << 2));
      a += 2 * SIGHT_BYTES;
    }
    if (a < end) scoreOne(<usize>load<u32>(a), key, seen(a, from, from + block), width, <usize>load<u32>(a, 4) + skip);
  }
}
