import type { Readable } from "node:stream";
import type { FrameLayout } from "./frame-layout.ts";

/** What ffmpeg decodes, and into which frames. */
export interface FfmpegDecode {
  /** The pictures of a frame, and their sizes. */
  readonly layout: FrameLayout;
  /** Frame rate (frames per second of media time). */
  readonly fps: number;
  /**
   * A live source: frames are given out as they come, at most `fps` a second, each with the time at which it was read.
   * Its own timestamps are not believed. Otherwise frame i is what the video shows at
   * `(firstIndex + i) / fps`.
   */
  readonly live?: boolean;
  /**
   * The bytes come over `write`, and `url` is `FED_URL`. Frames are given out as they come, at most `fps` a second,
   * each with what it had in the container. `arrival`: its timestamps are when ffmpeg read it.
   */
  readonly fed?: { readonly clock: "container" | "arrival" };
  /**
   * Of a recording: frames are those that are decoded, at most `fps` a second, each with the time that it has in the
   * file. None is copied to fill a gap.
   */
  readonly sparse?: boolean;
  /** The argument of `-i`. It must come from `resolveVideoInput`, never directly from a user. */
  readonly url: string;
  /** What ffmpeg reads instead of `url`, through its standard input. It is left alone when ffmpeg has ended. */
  readonly stdin?: Readable | undefined;
  /** The options before `-i`. */
  readonly inputOptions: readonly string[];
  /** Environment of the process. Default: that of this one. */
  readonly env?: NodeJS.ProcessEnv | undefined;
  /** Stop after this much media time (ms). */
  readonly maxDurationMs?: number;
  /** Called with each line of standard error, as it comes. */
  readonly onLine?: (line: string) => void;
}

/** Frames that follow each other so closely (s) all come out of the filter: whoever reads them can see the burst. */
const DENSE_S = 0.01;
/**
 * Options for files. Time counts from the start of the whole file, also where its picture starts later than its sound:
 * for MPEG-TS ffmpeg counts from the start of the streams that are decoded, but not where an offset was given. And a gap
 * in the timestamps is one in time, for so many seconds: by default ffmpeg closes those of more than ten.
 */
const TRUE_TIME = ["-itsoffset", "-0.000001", "-dts_delta_threshold", "60"];

/** Options before `-i`: which times frames have. */
export function timeOptions({ live, fed }: FfmpegDecode): readonly string[] {
  if (live || fed?.clock === "arrival") return ["-use_wallclock_as_timestamps", "1"];
  return fed ? [] : TRUE_TIME;
}

/**
 * Options of the output: which of the decoded pictures become frames.
 *
 * @param version of ffmpeg
 */
export function outputOptions(decode: FfmpegDecode, version: string): string[] {
  const { layout, fps, live, fed, sparse, maxDurationMs } = decode;
  const options = fed ? fedOptions : live ? liveOptions : sparse ? sparseOptions : fileOptions;
  return [
    // Capital V leaves out pictures such as the cover of a song.
    ...["-map", "0:V:0", "-an", "-sn", "-dn"],
    ...options(fps, layout, version),
    ...(maxDurationMs === undefined || live || fed ? [] : ["-t", String(maxDurationMs / 1000)]),
    // In current versions the encoder of raw frames runs on several threads, which hold frames back (5.1, 2 cores: one).
    ...["-f", "rawvideo", "-pix_fmt", "rgb24", "-threads", "1"],
  ];
}

/**
 * A file has a frame for every `i / fps` from its first picture to its end. By default the filter `fps` leaves the last
 * one out when the video ends soon after it (`eof_action`), which may be the only one; and behind the filter ffmpeg copies
 * the first one where it comes late.
 */
function fileOptions(fps: number, layout: FrameLayout, version: string): string[] {
  return ["-vf", `fps=${fps}:eof_action=pass,${told(layout)}`, ...asTheyAre(version)];
}

/**
 * The filter `fps` fills gaps with copies and waits for gaps to end. A live source's frames are taken or left out, by
 * the period of `1 / fps` in which they were read; and nothing behind the filter may copy or drop any. Key frames are
 * taken beside these, because pictures are whole from there on; not where all are key frames, as in MJPEG.
 */
function liveOptions(fps: number, layout: FrameLayout, version: string): string[] {
  const period = (time: string) => `floor(${time}*${fps})`;
  const isNew = `isnan(prev_selected_t)+not(eq(${period("t")},${period("prev_selected_t")}))`;
  const isKey = "gt(key,ld(0))+0*st(0,key)";
  const select = `settb=1/1000,select='${isNew}+lt(t-prev_t,${DENSE_S})+${isKey}'`;
  // Without `-copyts` ffmpeg would take a long gap for a fault of the timestamps and close it.
  return ["-copyts", "-vf", `${select},${told(layout)}`, ...asTheyAre(version)];
}

/** `-copyts`: a decoder that begins in the middle keeps the container's times. */
function fedOptions(fps: number, layout: FrameLayout, version: string): string[] {
  return ["-copyts", ...sparseOptions(fps, layout, version)];
}

/** The first frame of each period of `1 / fps`, so that the others cost only decoding. */
function sparseOptions(fps: number, layout: FrameLayout, version: string): string[] {
  const period = (time: string) => `floor(${time}*${fps})`;
  const isNew = `isnan(prev_selected_t)+isnan(t)+not(eq(${period("t")},${period("prev_selected_t")}))`;
  const filters = `settb=1/1000,select='${isNew}',${told(layout)}`;
  return ["-vf", filters, ...asTheyAre(version)];
}

/**
 * The end of a filter graph. It tells of each frame once (`showinfo`), with the size that the video has then; and before
 * the layout's `vstack`, behind which every frame would pass for a key frame.
 */
function told(layout: FrameLayout): string {
  return `showinfo,${layout.filter}`;
}

/** Frames leave ffmpeg as they leave its filters. */
function asTheyAre(version: string): string[] {
  return hasFpsMode(version) ? ["-fps_mode", "passthrough"] : ["-vsync", "0"];
}

/** From 5.1 on `-fps_mode` is the name of what was `-vsync`. A build without a release number counts as an old one. */
function hasFpsMode(version: string): boolean {
  const [, major = "0", minor = "0"] = /^n?(\d+)\.(\d+)/.exec(version) ?? [];
  return Number(major) > 5 || (Number(major) === 5 && Number(minor) >= 1);
}
