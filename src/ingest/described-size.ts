import type { PictureSize } from "./picture-size.ts";

/** The size in ffmpeg's description of a video stream (px), before it is turned; null when it names none. */
export function describedSize(description: string): PictureSize | null {
  const size = / (\d+)x(\d+)[ ,]/.exec(`${description},`);
  return size === null ? null : { width: Number(size[1]), height: Number(size[2]) };
}

/** The rotation (degrees) that ffmpeg names in a line, or in lines, about a video stream; null when it names none. */
export function describedRotation(lines: string): number | null {
  const rotation = /rotation of (-?[\d.]+)/.exec(lines)?.[1];
  return rotation === undefined ? null : Number(rotation);
}

/** A size after the camera's rotation (degrees). */
export function asShown({ width, height }: PictureSize, rotation: number): PictureSize {
  return Math.abs(Math.round(rotation / 90)) % 2 === 1 ? { width: height, height: width } : { width, height };
}
