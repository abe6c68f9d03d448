import type { PictureSize } from "./family.ts";

/** Of two whole numbers that are equally near the even one, as Python rounds. */
function roundToEven(value: number): number {
  const below = Math.floor(value);
  const rest = value - below;
  if (rest !== 0.5) return Math.round(value);
  return below % 2 === 0 ? below : below + 1;
}

/**
 * The size that Qwen's processors scale a picture to (`smart_resize` in qwen-vl-utils): each side a multiple of
 * `factor`, at least `minPixels`, the proportions nearly kept. A picture is first made to fit a square of `maxSide`, in
 * its proportions; a smaller one is not enlarged for it.
 *
 * @param factor side of a visual token (px)
 * @param maxSide longest side (px)
 * @param minPixels least pixels of the picture
 */
export function smartResize(
  source: PictureSize,
  factor: number,
  maxSide: number,
  minPixels: number,
): PictureSize {
  const most = Math.max(factor, Math.floor(maxSide / factor) * factor);
  const shrink = Math.min(1, most / Math.max(source.width, source.height));
  const [width, height] = [source.width * shrink, source.height * shrink];
  const rounded = (side: number): number => Math.max(factor, roundToEven(side / factor) * factor);
  const size = { width: rounded(width), height: rounded(height) };
  if (size.width * size.height >= minPixels) return size;
  const grow = Math.sqrt(minPixels / (width * height));
  const grown = (side: number): number => Math.min(most, Math.ceil((side * grow) / factor) * factor);
  return { width: grown(width), height: grown(height) };
}
