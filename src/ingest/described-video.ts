import type { PictureSize } from "./picture-size.ts";

/** What ffmpeg says that a video is, as it is shown (px). */
export interface DescribedVideo extends PictureSize {
  /** ffmpeg's name of the codec: `h264`, `hevc`, `vp9`, … */
  readonly codec: string;
  /** Frames a second; null where nothing says so. */
  readonly fps: number | null;
}

/** The codec that ffmpeg names in its description of a video stream. */
export function describedCodec(description: string): string {
  return / Video: (\w+)/.exec(description)?.[1] ?? "unknown";
}

/** The rate that ffmpeg names in its description of a video stream; null when it names none. */
export function describedRate(description: string): number | null {
  const [, number, thousands] = /, ([\d.]+)(k?) fps/.exec(description) ?? [];
  return number === undefined ? null : Number(number) * (thousands === "k" ? 1000 : 1);
}
