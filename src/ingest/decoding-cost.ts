import type { Decoding } from "./decoding.ts";
import type { DescribedVideo } from "./described-video.ts";

/**
 * What decoding costs: seconds of one core for a megapixel, by codec, and for a second of any video, whatever its size.
 * From docs/benchmarks/decoding.md, which `npm run bench -- --only decoding` writes: figures of one server's core. Other
 * processors take less or more.
 */
const COST = { megapixel: { h264: 0.0026, hevc: 0.0032, other: 0.0026 }, second: 0.01 };

/** A key frame costs more than another one, because all of it is coded anew. */
const KEYFRAME_COST = 2;
/** Seconds from one key frame to the next. Of most cameras it is 1 to 4. */
const KEYFRAME_PERIOD_S = 2;
/** Where nothing says how many frames a second there are, few are assumed, so that nobody is warned without need. */
const ASSUMED_FPS = 15;

/**
 * About how many cores decoding a video takes, at its own pace. Of what decodes in place of the processor nothing is known;
 * then only what every video costs is counted.
 *
 * @example decodingCores({ width: 1920, height: 1080, codec: "h264", fps: 25 }) // about 0.14
 */
export function decodingCores({
  width,
  height,
  codec,
  fps,
  decode,
  hwaccel = "none",
}: DescribedVideo & Decoding): number {
  if (hwaccel !== "none") return COST.second;
  const { h264, hevc, other } = COST.megapixel;
  const megapixel = codec === "h264" ? h264 : codec === "hevc" ? hevc : other;
  const rate = fps ?? ASSUMED_FPS;
  const frames = decode === "keyframes" ? Math.min(rate, KEYFRAME_COST / KEYFRAME_PERIOD_S) : rate;
  return COST.second + (frames * megapixel * width * height) / 1e6;
}
