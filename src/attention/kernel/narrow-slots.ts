// Slots of 8 bits: headWidth numbers, and then the float32 that they are multiplied with.

import { largest } from "./lanes";

/** Writes a head's numbers into a slot of a narrow store. */
export function narrow(from: usize, to: usize, width: usize): void {
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
