/** Formats that are a codec's bits and nothing else: no frame has a time. */
const RAW = /Input #0, (?:mjpeg|mjpeg_2000|h264|hevc|m4v|h263|vc1|av1|obu), from/;
/** What ffmpeg prints of the video's rate. */
const RATE = /Stream #0:\d+.*: Video: .* ([\d.]+) tbr/;
/** The rate that ffmpeg takes where nothing says one (frames a second). */
const DEFAULT_FPS = 25;
/** ffmpeg prints two digits after the point. */
const ROUNDING = 0.01;

/** The frame rate by which ffmpeg plays a source. */
export interface NamedRate {
  /** Frames a second. */
  readonly fps: number;
  /** Whether its frames have no times, and nothing names a rate, so that ffmpeg took its default. */
  readonly isAssumed: boolean;
}

/**
 * Reads the frame rate of a source from what ffmpeg prints. A raw stream's frames have no times, but some codecs have
 * headers that name a rate, and that is what ffmpeg takes then, whatever it was given.
 */
export class NamedRateReader {
  private isRaw = false;
  private isFound = false;

  /** Takes a line of standard error. Returns the rate at the line that says it, once; else null. */
  take(line: string): NamedRate | null {
    if (this.isFound) return null;
    this.isRaw ||= RAW.test(line);
    const [, rate] = RATE.exec(line) ?? [];
    if (rate === undefined) return null;
    this.isFound = true;
    const fps = Number(rate);
    return { fps, isAssumed: this.isRaw && fps === DEFAULT_FPS };
  }
}

/** Whether two rates (frames a second) are the same but for rounding. */
export function isSameRate(a: number, b: number): boolean {
  return Math.abs(a - b) < ROUNDING;
}
