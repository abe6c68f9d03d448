import sharp from "sharp";
import { enlarge, type ScalingKernel } from "./enlarge.ts";

interface Size {
  /** px */
  readonly width: number;
  /** px */
  readonly height: number;
}

/** How a picture is scaled. */
export interface Scaling {
  /** Default: `cubic`. Of sharp's kernels, it is closest to the area mean with which ffmpeg scales videos. */
  readonly kernel?: "cubic" | "lanczos3";
  /** A size that the picture is scaled to first (px). */
  readonly via?: { readonly width: number; readonly height: number };
}

/**
 * Scales a picture as the processors of published checkpoints do it. Axes that become shorter are left to sharp.
 *
 * @param from the picture's own size
 * @param shrink makes the picture with a size at most its own on both axes: RGB, 8 bits, row-major
 */
export async function scaleWith(
  from: Size,
  to: Size,
  { kernel = "cubic", via }: Scaling,
  shrink: (size: Size, kernel: ScalingKernel) => Promise<Uint8Array>,
): Promise<Uint8Array> {
  const next = via ?? to;
  const small = { width: Math.min(from.width, next.width), height: Math.min(from.height, next.height) };
  const data = enlarge({ ...small, data: await shrink(small, kernel) }, next, kernel);
  if (via === undefined) return data;
  return await scaleWith(via, to, { kernel }, (size, curve) => shrinkRgb(data, via, size, curve));
}

/** Shrinks RGB pixels. Those of the wanted size are returned as they are. */
export async function shrinkRgb(
  data: Uint8Array,
  from: Size,
  to: Size,
  kernel: ScalingKernel,
): Promise<Uint8Array> {
  if (from.width === to.width && from.height === to.height) return data;
  const { width, height } = from;
  return await sharp(data, { raw: { width, height, channels: 3 } })
    .resize(to.width, to.height, { fit: "fill", kernel })
    .raw()
    .toBuffer();
}
