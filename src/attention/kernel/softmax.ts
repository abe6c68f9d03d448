// Scores to weights.

import { exp2, largest, sum } from "./lanes";
import { PIECE_BYTES, VECTOR_BYTES } from "./tables";

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
