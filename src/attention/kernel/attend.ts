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

const ROW_BYTES: usize = 28;
const TILE_BYTES: usize = 16;
const VECTOR_BYTES: usize = 16;
const PIECE_BYTES: usize = 8;
const RANGE_BYTES: usize = 44;
const SIGHT_BYTES: usize = 16;
const TURN_BYTES: usize = 12;

/** Slots whose keys stay in the nearest cache while all vectors of a tile are scored against them. */
const BLOCK_SLOTS: i32 = 32;

const LOG2_E: f32 = 1.44269504088896341;

/** a · b + c; rounded once, where the build may use the processor's own instruction. */
@inline
function madd(a: v128, b: v128, c: v128): v128 {
  if (ASC_FEATURE_RELAXED_SIMD) return f32x4.relaxed_madd(a, b, c);
  return f32x4.add(c, f32x4.mul(a, b));
}

/** @param scale of what is written */
@inline
function rotate(from: usize, rotation: usize, to: usize, halfBytes: usize, scale: f32): void {
  const all = f32x4.splat(scale);
  for (let c: usize = 0; c < halfBytes; c += 16) {
    const a = v128.load(from + c);
    const b = v128.load(from + halfBytes + c);
    const cos = f32x4.mul(all, v128.load(rotation + c));
    const sin = f32x4.mul(all, v128.load(rotation + halfBytes + c));
    v128.store(to + c, f32x4.sub(f32x4.mul(a, cos), f32x4.mul(b, sin)));
    v128.store(to + halfBytes + c, f32x4.add(f32x4.mul(a, sin), f32x4.mul(b, cos)));
  }
}

/** 2^x for x <= 0, to 2 ulp: 2^n times a polynomial on ±1/2 (Cephes, exp2f). */
@inline
function exp2(given: v128): v128 {
  const x = f32x4.pmax(given, f32x4.splat(-126));
  // Adding 1.5 · 2^23 rounds to a whole number, which is then in the lowest bits.
  const shifted = f32x4.add(x, f32x4.splat(12582912));
  const r = f32x4.sub(x, f32x4.sub(shifted, f32x4.splat(12582912)));
  let y = f32x4.splat(1.535336188319500e-4);
  y = madd(y, r, f32x4.splat(1.339887440266574e-3));
  y = madd(y, r, f32x4.splat(9.618437357674640e-3));
  y = madd(y, r, f32x4.splat(5.550332471162809e-2));
  y = madd(y, r, f32x4.splat(2.402264791363012e-1));
  y = madd(y, r, f32x4.splat(6.931472028550421e-1));
  y = madd(y, r, f32x4.splat(1));
  return i32x4.add(y, i32x4.shl(shifted, 23));
}

@inline
function largest(v: v128): f32 {
  return max(
    max(f32x4.extract_lane(v, 0), f32x4.extract_lane(v, 1)),
    max(f32x4.extract_lane(v, 2), f32x4.extract_lane(v, 3)),
  );
}

@inline
function sum(v: v128): f32 {
  return f32x4.extract_lane(v, 0) + f32x4.extract_lane(v, 1) + (f32x4.extract_lane(v, 2) + f32x4.extract_lane(v, 3));
}

/** Four sums of four lanes each, as one vector. Each of these shuffles is one instruction. */
@inline
function sums(a: v128, b: v128, c: v128, d: v128): v128 {
  const low = f32x4.add(v128.shuffle<f32>(a, b, 0, 4, 1, 5), v128.shuffle<f32>(a, b, 2, 6, 3, 7));
  const high = f32x4.add(v128.shuffle<f32>(c, d, 0, 4, 1, 5), v128.shuffle<f32>(c, d, 2, 6, 3, 7));
  return f32x4.add(v128.shuffle<f32>(low, high, 0, 1, 4, 5), v128.shuffle<f32>(low, high, 2, 3, 6, 7));
}

/** Writes a head's numbers into a slot of a narrow store. */
function narrow(from: usize, to: usize, width: usize): void {
  let top = f32x4.splat(0);
  for (let c: usize = 0; c < width; c += 16) top = f32x4.pmax(top, f32x4.abs(v128.load(from + c)));
  const scale = largest(top) / 127;
  const by = f32x4.splat(scale > 0 ? 1 / scale : 0);
  for (let c: usize = 0; c < width; c += 32) {
    const low = i32x4.trunc_sat_f32x4_s(f32x4.nearest(f32x4.mul(by, v128.load(from + c))));
    const high = i32x4.trunc_sat_f32x4_s(f32x4.nearest(f32x4.mul(by, v128.load(from + c, 16))));
    const both = i16x8.narrow_i32x4_s(low, high);
    v128.store_lane<i64>(to + (c >> 2), i8x16.narrow_i16x8_s(both, both), 0);
  }
  store<f32>(to + (width >> 2), scale);
}

/** Slots of a narrow store as float32, one after the other. */
export function widen(from: usize, slots: i32, stride: usize, to: usize, width: usize): void {
  const numbers = width >> 2;
  for (; slots > 0; slots--, from += stride) {
    const scale = v128.load32_splat(from + numbers);
    for (let c: usize = 0; c < numbers; c += 8, to += 32) {
      const eight = v128.load8x8_s(from + c);
      v128.store(to, f32x4.mul(scale, f32x4.convert_i32x4_s(i32x4.extend_low_i16x8_s(eight))));
      v128.store(to, f32x4.mul(scale, f32x4.convert_i32x4_s(i32x4.extend_high_i16x8_s(eight))), 16);
    }
  }
}

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

/** Slots of a block that a sight sees. */
@inline
function seen(sight: usize, from: i32, until: i32): i32 {
  return max(0, min(load<i32>(sight, 8), until) - from);
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

/** The last one to three numbers of a piece, and this in the other lanes. */
@inline
function tail(at: usize, count: i32, other: f32): v128 {
  const lanes = i32x4.lt_s(i32x4(0, 1, 2, 3), i32x4.splat(count));
  return v128.bitselect(v128.load(at), f32x4.splat(other), lanes);
}

/** Scores to unnormalised weights, in place, by a softmax over all pieces of each vector; makes its output zero. */
export function soften(vectors: usize, count: i32, at: usize, width: usize): void {
  for (let v = 0; v < count; v++, vectors += VECTOR_BYTES) {
    const pieces = <usize>load<u32>(vectors, 4);
    const end = pieces + <usize>load<u32>(vectors, 8) * PIECE_BYTES;
    // pmax is one instruction, unlike max, which minds NaN.
    let top = f32x4.splat(-Infinity);
    let top2 = top;
    for (let p = pieces; p < end; p += PIECE_BYTES) {
      let from = <usize>load<u32>(p);
      let left = load<i32>(p, 4);
      for (; left >= 8; left -= 8, from += 32) {
        top = f32x4.pmax(top, v128.load(from));
        top2 = f32x4.pmax(top2, v128.load(from, 16));
      }
      for (; left > 0; left -= 4, from += 16) top = f32x4.pmax(top, tail(from, left, -Infinity));
    }
    const most = f32x4.splat(largest(f32x4.pmax(top, top2)));
    let total = f32x4.splat(0);
    for (let p = pieces; p < end; p += PIECE_BYTES) {
      let from = <usize>load<u32>(p);
      let left = load<i32>(p, 4);
      for (; left >= 8; left -= 8, from += 32) {
        const weight = exp2(f32x4.sub(v128.load(from), most));
        const weight2 = exp2(f32x4.sub(v128.load(from, 16), most));
        v128.store(from, weight);
        v128.store(from, weight2, 16);
        total = f32x4.add(total, f32x4.add(weight, weight2));
      }
      if (left >= 4) {
        const weight = exp2(f32x4.sub(v128.load(from), most));
        v128.store(from, weight);
        total = f32x4.add(total, weight);
        left -= 4;
        from += 16;
      }
      if (left > 0) {
        const weight = exp2(f32x4.sub(tail(from, left, -Infinity), most));
        v128.store_lane<f32>(from, weight, 0);
        if (left > 1) v128.store_lane<f32>(from, weight, 1, 4);
        if (left > 2) v128.store_lane<f32>(from, weight, 2, 8);
        const lanes = i32x4.lt_s(i32x4(0, 1, 2, 3), i32x4.splat(left));
        total = f32x4.add(total, v128.and(weight, lanes));
      }
    }
    store<f32>(vectors, sum(total), 12);
    memory.fill(<usize>load<u32>(vectors) + at, 0, width);
  }
}

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
