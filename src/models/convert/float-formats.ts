import type { FloatFormat } from "./tensor-ref.ts";

/** Bytes of one number. */
export const FLOAT_BYTES: Readonly<Record<FloatFormat, number>> = { F32: 4, F16: 2, BF16: 2 };

/** Reads stored numbers (little endian) as 32-bit numbers. */
export function toFloat32(bytes: Uint8Array, format: FloatFormat): Float32Array {
  const count = bytes.byteLength / FLOAT_BYTES[format];
  // A view needs an aligned start, which a part of a buffer may not have.
  const own = bytes.byteOffset % 4 === 0 ? bytes : bytes.slice();
  if (format === "F32") return new Float32Array(own.buffer, own.byteOffset, count);
  const halves = new Uint16Array(own.buffer, own.byteOffset, count);
  const bits = new Uint32Array(count);
  if (format === "BF16") for (let i = 0; i < count; i++) bits[i] = halves[i]! << 16;
  else {
    halfTable ??= makeHalfTable();
    const table = halfTable;
    for (let i = 0; i < count; i++) bits[i] = table[halves[i]!]!;
  }
  return new Float32Array(bits.buffer);
}

let halfTable: Uint32Array | undefined;

/** The bits of the 32-bit number for each 16-bit number (IEEE 754 binary16). */
function makeHalfTable(): Uint32Array {
  const floats = new Float32Array(65536);
  for (let half = 0; half < 65536; half++) {
    const sign = half & 0x8000 ? -1 : 1;
    const exponent = (half >> 10) & 31;
    const fraction = half & 1023;
    if (exponent === 0) floats[half] = sign * fraction * 2 ** -24;
    else if (exponent === 31) floats[half] = fraction === 0 ? sign * Infinity : Number.NaN;
    else floats[half] = sign * (1024 + fraction) * 2 ** (exponent - 25);
  }
  return new Uint32Array(floats.buffer);
}
