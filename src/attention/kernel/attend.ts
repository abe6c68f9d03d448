/**
 * Attention of any number of tokens over rings, in WebAssembly (AssemblyScript, four float32 at a time).
 *
 * All numbers are byte addresses or counts in one linear memory. Tables that the host writes, of 32-bit integers:
 * - a row (one token): query-key-value, output, its ranges, how many, where its own key and value go (layer 0,
 *   head 0), that store's head and layer stride, its own rotation;
 * - a range (slots of one store that it sees): keys and values (layer 0, head 0, first slot), head and layer stride,
 *   slots, rotation of the query.
 * A rotation is cos, then sin, of headWidth / 2 pairs (i, i + headWidth / 2). Head widths are multiples of 8.
 */

const ROW_BYTES: usize = 36;
const RANGE_BYTES: usize = 24;

@inline
function rotate(from: usize, rotation: usize, to: usize, halfBytes: usize): void {
  for (let c: usize = 0; c < halfBytes; c += 16) {
    const a = v128.load(from + c);
    const b = v128.load(from + halfBytes + c);
    const cos = v128.load(rotation + c);
    const sin = v128.load(rotation + halfBytes + c);
    v128.store(to + c, f32x4.sub(f32x4.mul(a, cos), f32x4.mul(b, sin)));
    v128.store(to + halfBytes + c, f32x4.add(f32x4.mul(a, sin), f32x4.mul(b, cos)));
  }
}

/** exp(x) for x <= 0, to 2 ulp: 2^n times a polynomial on ±ln(2)/2 (Cephes, expf). */
@inline
function exp(given: v128): v128 {
  const x = f32x4.max(given, f32x4.splat(-87));
  const n = f32x4.nearest(f32x4.mul(x, f32x4.splat(1.44269504088896341)));
  const r = f32x4.sub(f32x4.sub(x, f32x4.mul(n, f32x4.splat(0.693359375))), f32x4.mul(n, f32x4.splat(-2.12194440e-4)));
  let y = f32x4.splat(1.9875691500e-4);
  y = f32x4.add(f32x4.mul(y, r), f32x4.splat(1.3981999507e-3));
  y = f32x4.add(f32x4.mul(y, r), f32x4.splat(8.3334519073e-3));
  y = f32x4.add(f32x4.mul(y, r), f32x4.splat(4.1665795894e-2));
  y = f32x4.add(f32x4.mul(y, r), f32x4.splat(1.6666665459e-1));
  y = f32x4.add(f32x4.mul(y, r), f32x4.splat(5.0000001201e-1));
  y = f32x4.add(f32x4.add(f32x4.mul(f32x4.mul(y, r), r), r), f32x4.splat(1));
  return f32x4.mul(y, i32x4.shl(i32x4.add(i32x4.trunc_sat_f32x4_s(n), i32x4.splat(127)), 23));
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

/**
 * Writes every row's own key, rotated, and value into its slot.
 * @param heads of keys and values
 * @param group query heads of each
 */
export function write(rows: usize, count: i32, layer: usize, heads: i32, group: i32, headWidth: u32): void {
  const width: usize = headWidth << 2;
  const all = <usize>heads * width;
  for (let r = 0; r < count; r++, rows += ROW_BYTES) {
    let key = <usize>load<u32>(rows, 16) + layer * <usize>load<u32>(rows, 28);
    let value = <usize>load<u32>(rows, 20) + layer * <usize>load<u32>(rows, 28);
    const stride = <usize>load<u32>(rows, 24);
    const rotation = <usize>load<u32>(rows, 32);
    let from = <usize>load<u32>(rows) + <usize>group * all;
    for (let h = 0; h < heads; h++) {
      rotate(from, rotation, key, width >> 1);
      memory.copy(value, from + all, width);
      from += width;
      key += stride;
      value += stride;
    }
  }
}

/** Four sums of four lanes each, as one vector. */
@inline
function sums(a: v128, b: v128, c: v128, d: v128): v128 {
  const low = f32x4.add(v128.shuffle<f32>(a, b, 0, 4, 2, 6), v128.shuffle<f32>(a, b, 1, 5, 3, 7));
  const high = f32x4.add(v128.shuffle<f32>(c, d, 0, 4, 2, 6), v128.shuffle<f32>(c, d, 1, 5, 3, 7));
  return f32x4.add(v128.shuffle<f32>(low, high, 0, 1, 4, 5), v128.shuffle<f32>(low, high, 2, 3, 6, 7));
}

/** Scores of one query against a range; returns where the next score goes. */
@inline
function score(query: usize, key: usize, slots: i32, width: usize, to: usize): usize {
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
      a0 = f32x4.add(a0, f32x4.mul(q, v128.load(k)));
      a1 = f32x4.add(a1, f32x4.mul(q, v128.load(k + width)));
      a2 = f32x4.add(a2, f32x4.mul(q, v128.load(k + 2 * width)));
      a3 = f32x4.add(a3, f32x4.mul(q, v128.load(k + 3 * width)));
      a4 = f32x4.add(a4, f32x4.mul(q, v128.load(k4)));
      a5 = f32x4.add(a5, f32x4.mul(q, v128.load(k4 + width)));
      a6 = f32x4.add(a6, f32x4.mul(q, v128.load(k4 + 2 * width)));
      a7 = f32x4.add(a7, f32x4.mul(q, v128.load(k4 + 3 * width)));
    }
    v128.store(to, sums(a0, a1, a2, a3));
    v128.store(to, sums(a4, a5, a6, a7), 16);
    to += 32;
    key += 8 * width;
  }
  for (; slots > 0; slots--) {
    let a = f32x4.splat(0);
    for (let c: usize = 0; c < width; c += 16) a = f32x4.add(a, f32x4.mul(v128.load(query + c), v128.load(key + c)));
    store<f32>(to, sum(a));
    to += 4;
    key += width;
  }
  return to;
}

/** Scores to unnormalised weights, in place, by a softmax over all of them; returns their sum. */
@inline
function soften(scores: usize, end: usize): f32 {
  // Padding to whole vectors: its weight is exp(-87), and it is never read.
  v128.store(end, f32x4.splat(-Infinity));
  let top = f32x4.splat(-Infinity);
  for (let at = scores; at < end; at += 16) top = f32x4.max(top, v128.load(at));
  const most = f32x4.splat(largest(top));
  let total = f32x4.splat(0);
  for (let at = scores; at < end; at += 16) {
    const weight = exp(f32x4.sub(v128.load(at), most));
    v128.store(at, weight);
    total = f32x4.add(total, weight);
  }
  return sum(total);
}

/** The weighted sum of values: 32 numbers of a head from `offset` on, or 8. */
@inline
function gather(
  ranges: usize,
  rangeCount: i32,
  layer: usize,
  head: usize,
  offset: usize,
  width: usize,
  weights: usize,
  scale: v128,
  out: usize,
  wide: bool,
): void {
  let a0 = f32x4.splat(0);
  let a1 = a0;
  let a2 = a0;
  let a3 = a0;
  let a4 = a0;
  let a5 = a0;
  let a6 = a0;
  let a7 = a0;
  for (let g = 0; g < rangeCount; g++, ranges += RANGE_BYTES) {
    const place = layer * <usize>load<u32>(ranges, 12) + head * <usize>load<u32>(ranges, 8);
    let value = <usize>load<u32>(ranges, 4) + place + offset;
    const end = weights + (<usize>load<u32>(ranges, 16) << 2);
    for (; weights < end; weights += 4) {
      const w = v128.load32_splat(weights);
      a0 = f32x4.add(a0, f32x4.mul(w, v128.load(value)));
      a1 = f32x4.add(a1, f32x4.mul(w, v128.load(value, 16)));
      if (wide) {
        a2 = f32x4.add(a2, f32x4.mul(w, v128.load(value, 32)));
        a3 = f32x4.add(a3, f32x4.mul(w, v128.load(value, 48)));
        a4 = f32x4.add(a4, f32x4.mul(w, v128.load(value, 64)));
        a5 = f32x4.add(a5, f32x4.mul(w, v128.load(value, 80)));
        a6 = f32x4.add(a6, f32x4.mul(w, v128.load(value, 96)));
        a7 = f32x4.add(a7, f32x4.mul(w, v128.load(value, 112)));
      }
      value += width;
    }
  }
  const to = out + offset;
  v128.store(to, f32x4.mul(a0, scale));
  v128.store(to, f32x4.mul(a1, scale), 16);
  if (wide) {
    v128.store(to, f32x4.mul(a2, scale), 32);
    v128.store(to, f32x4.mul(a3, scale), 48);
    v128.store(to, f32x4.mul(a4, scale), 64);
    v128.store(to, f32x4.mul(a5, scale), 80);
    v128.store(to, f32x4.mul(a6, scale), 96);
    v128.store(to, f32x4.mul(a7, scale), 112);
  }
}

/**
 * Computes every row's attention output: one softmax over all of its ranges.
 * @param heads of keys and values
 * @param group query heads of each
 * @param scratch room for a rotated query and the longest row's scores
 */
export function read(
  rows: usize,
  count: i32,
  layer: usize,
  heads: i32,
  group: i32,
  headWidth: u32,
  scratch: usize,
): void {
  const width: usize = headWidth << 2;
  const scores = scratch + width;
  // Rows of one stream follow each other. With the loop over heads outside, the next row finds its keys in cache.
  for (let q: usize = 0; q < <usize>(heads * group); q++) {
    const h = q / <usize>group;
    for (let r = 0; r < count; r++) {
      const row = rows + <usize>r * ROW_BYTES;
      const query = <usize>load<u32>(row) + q * width;
      const out = <usize>load<u32>(row, 4) + q * width;
      const ranges = <usize>load<u32>(row, 8);
      const rangeCount: i32 = load<i32>(row, 12);
      let to = scores;
      for (let g = 0; g < rangeCount; g++) {
        const range = ranges + <usize>g * RANGE_BYTES;
        const place: usize = layer * <usize>load<u32>(range, 12) + h * <usize>load<u32>(range, 8);
        rotate(query, <usize>load<u32>(range, 20), scratch, width >> 1);
        to = score(scratch, <usize>load<u32>(range) + place, load<i32>(range, 16), width, to);
      }
      const scale = f32x4.splat(1 / soften(scores, to));
      let offset: usize = 0;
      for (; offset + 128 <= width; offset += 128) {
        gather(ranges, rangeCount, layer, h, offset, width, scores, scale, out, true);
      }
      for (; offset < width; offset += 32) {
        gather(ranges, rangeCount, layer, h, offset, width, scores, scale, out, false);
      }
    }
  }
}
