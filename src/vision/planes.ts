import type { Region } from "./changed-regions.ts";

/** A rectangle of planes `[planes, side, side]`, as planes of its own size. */
export function cut(planes: Float32Array, side: number, { top, left, bottom, right }: Region): Float32Array {
  const [height, width, count] = [bottom - top, right - left, planes.length / side ** 2];
  const out = new Float32Array(count * height * width);
  for (let plane = 0, to = 0; plane < count; plane++)
    for (let y = top; y < bottom; y++, to += width) {
      const from = (plane * side + y) * side;
      out.set(planes.subarray(from + left, from + right), to);
    }
  return out;
}

/**
 * Puts a part of some planes into others.
 *
 * @param into `[planes, side, side]`; changed in place
 * @param from planes of the size of `frame`, a region around `region`
 */
export function paste(
  into: Float32Array,
  side: number,
  region: Region,
  from: Float32Array,
  frame: Region,
): void {
  const [height, width] = [frame.bottom - frame.top, frame.right - frame.left];
  const planes = into.length / side ** 2;
  for (let plane = 0; plane < planes; plane++)
    for (let y = region.top; y < region.bottom; y++) {
      const row = (plane * height + y - frame.top) * width - frame.left;
      into.set(from.subarray(row + region.left, row + region.right), (plane * side + y) * side + region.left);
    }
}

/** A region in units that are so many times smaller. */
export function scaled({ top, left, bottom, right }: Region, factor: number): Region {
  return { top: top * factor, left: left * factor, bottom: bottom * factor, right: right * factor };
}
