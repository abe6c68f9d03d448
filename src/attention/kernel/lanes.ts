// Sums, rotations and exponentials of four float32 at a time.

export const LOG2_E: f32 = 1.44269504088896341;

/** a · b + c; rounded once, where the build may use the processor's own instruction. */
@inline
export function madd(a: v128, b: v128, c: v128): v128 {
  if (ASC_FEATURE_RELAXED_SIMD) return f32x4.relaxed_madd(a, b, c);
  return f32x4.add(c, f32x4.mul(a, b));
}

/** @param scale of what is written */
@inline
export function rotate(from: usize, rotation: usize, to: usize, halfBytes: usize, scale: f32): void {
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
export function exp2(given: v128): v128 {
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
export function largest(v: v128): f32 {
  return max(
    max(f32x4.extract_lane(v, 0), f32x4.extract_lane(v, 1)),
    max(f32x4.extract_lane(v, 2), f32x4.extract_lane(v, 3)),
  );
}

@inline
export function sum(v: v128): f32 {
  return f32x4.extract_lane(v, 0) + f32x4.extract_lane(v, 1) + (f32x4.extract_lane(v, 2) + f32x4.extract_lane(v, 3));
}

/** Four sums of four lanes each, as one vector. Each of these shuffles is one instruction. */
@inline
export function sums(a: v128, b: v128, c: v128, d: v128): v128 {
  const low = f32x4.add(v128.shuffle<f32>(a, b, 0, 4, 1, 5), v128.shuffle<f32>(a, b, 2, 6, 3, 7));
  const high = f32x4.add(v128.shuffle<f32>(c, d, 0, 4, 1, 5), v128.shuffle<f32>(c, d, 2, 6, 3, 7));
  return f32x4.add(v128.shuffle<f32>(low, high, 0, 1, 4, 5), v128.shuffle<f32>(low, high, 2, 3, 6, 7));
}
