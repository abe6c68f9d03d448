import { asShown, describedRotation, describedSize } from "./described-size.ts";
import { type DescribedVideo, describedCodec, describedRate } from "./described-video.ts";
import { type HdrTransfer, hdrTransferOf } from "./hdr.ts";
import type { PictureSize } from "./picture-size.ts";

/** How ffmpeg describes the stream that it decodes, before it decodes it. Covers of songs are not decoded. */
const DESCRIPTION = /Stream #0:\d+.*: Video: (?!.*\(attached pic\))/;
/** Where the description of a stream ends: that of another one begins, or all have been told. */
const NEXT = /Stream #\d+:\d+|Stream mapping:/;
/** What the filter `showinfo` says of the first frame. */
const FIRST_FRAME = /Parsed_showinfo_\d+ @ .* n:\s*0 pts:\s*(-?\d+|NOPTS) /;

/** What ffmpeg says on its standard error about a video before its first frame. */
export class OpeningWords {
  /** The transfer of an HDR video; null for other videos. */
  hdr: HdrTransfer | null = null;
  /** Timestamp of the first frame, in the time base of the filter; 0 until it is known. */
  firstPts = 0;
  private stored: PictureSize | null = null;
  private codec = "unknown";
  private fps: number | null = null;
  private rotation = 0;
  private part: "before" | "of the stream" | "after" = "before";
  private hasFirst = false;

  /** Whether all is known that is said about the first frame. */
  get isComplete(): boolean {
    return this.part !== "before" && this.hasFirst;
  }

  /** Size of the video as it is shown (px); null when ffmpeg does not name it. */
  get size(): PictureSize | null {
    return this.stored === null ? null : asShown(this.stored, this.rotation);
  }

  /** What the video is; null when ffmpeg does not name its size. */
  get video(): DescribedVideo | null {
    const { size, codec, fps } = this;
    return size === null ? null : { ...size, codec, fps };
  }

  take(line: string): void {
    if (this.part === "before") {
      if (DESCRIPTION.test(line)) this.describe(line);
    } else if (this.part === "of the stream") {
      if (NEXT.test(line)) this.part = "after";
      else this.rotation = describedRotation(line) ?? this.rotation;
    }
    const first = this.hasFirst ? null : FIRST_FRAME.exec(line);
    if (first === null) return;
    this.hasFirst = true;
    this.firstPts = first[1] === "NOPTS" ? 0 : Number(first[1]);
  }

  private describe(line: string): void {
    this.part = "of the stream";
    this.hdr = hdrTransferOf(line);
    this.stored = describedSize(line);
    this.codec = describedCodec(line);
    this.fps = describedRate(line);
  }
}
