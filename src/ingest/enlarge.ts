/** Curve by which neighbouring pixels are weighed. */
export type ScalingKernel = "cubic" | "lanczos3";

/** Bits behind the point of a weight (Pillow's `PRECISION_BITS`). */
const FRACTION = 2 ** 22;

const sinc = (x: number): number => (x === 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x));

/** The curves by which neighbours are weighed, and how far they reach (px of the source). */
const CURVES: Readonly<Record<ScalingKernel, { reach: number; at: (x: number) => number }>> = {
  // Keys' cubic with a = -0.5.
  cubic: {
    reach: 2,
    at: (x) => (x < 1 ? (1.5 * x - 2.5) * x * x + 1 : ((2.5 - 0.5 * x) * x - 4) * x + 2),
  },
  lanczos3: { reach: 3, at: (x) => sinc(x) * sinc(x / 3) },
};

interface Taps {
  readonly first: number;
  readonly weights: readonly number[];
}

/** Which pixels of an axis make each pixel of the longer axis, and with which weights. */
function tapsOf(from: number, to: number, kernel: ScalingKernel): Taps[] {
  const { reach, at } = CURVES[kernel];
  return Array.from({ length: to }, (_, index) => {
    const centre = ((index + 0.5) * from) / to;
    const first = Math.max(0, Math.trunc(centre - reach + 0.5));
    const end = Math.min(from, Math.trunc(centre + reach + 0.5));
    const raw = Array.from({ length: end - first }, (_, i) => {
      const distance = Math.abs(first + i - centre + 0.5);
      return distance < reach ? at(distance) : 0;
    });
    const sum = raw.reduce((total, weight) => total + weight, 0);
    return { first, weights: raw.map((weight) => Math.round((weight / sum) * FRACTION)) };
  });
}

/**
 * Lengthens one axis of bytes `[before, axis, after]`, and rounds to bytes.
 * @param step bytes from one entry of the axis to the next (`after`)
 */
function lengthen(
  data: Uint8Array,
  from: number,
  to: number,
  step: number,
  kernel: ScalingKernel,
): Uint8Array {
  const before = data.length / (from * step);
  const longer = new Uint8ClampedArray(before * to * step);
  const sums = new Float64Array(step);
  const taps = tapsOf(from, to, kernel);
  for (let block = 0; block < before; block++) {
    for (const [index, { first, weights }] of taps.entries()) {
      sums.fill(0);
      for (const [i, weight] of weights.entries()) {
        const at = (block * from + first + i) * step;
        for (let k = 0; k < step; k++) sums[k]! += weight * data[at + k]!;
      }
      const at = (block * to + index) * step;
      for (let k = 0; k < step; k++) longer[at + k] = Math.floor(sums[k]! / FRACTION + 0.5);
    }
  }
  return new Uint8Array(longer.buffer);
}

/**
 * Enlarges a picture (or an axis of it) as Pillow's `resize` does, to the bit. libvips shrinks as Pillow does, but what
 * it enlarges it moves by up to half a pixel.
 *
 * @param data RGB bytes of `width` × `height` px
 * @param size at least as large on both axes (px)
 */
export function enlarge(
  { width, height, data }: { readonly width: number; readonly height: number; readonly data: Uint8Array },
  size: { readonly width: number; readonly height: number },
  kernel: ScalingKernel,
): Uint8Array {
  if (size.width < width || size.height < height) {
    throw new RangeError(`${width} × ${height} px cannot be enlarged to ${size.width} × ${size.height} px.`);
  }
  const wide = size.width === width ? data : lengthen(data, width, size.width, 3, kernel);
  return size.height === height ? wide : lengthen(wide, height, size.height, size.width * 3, kernel);
}
