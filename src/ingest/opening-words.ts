import { type HdrTransfer, hdrTransferOf } from "./hdr.ts";

/** How ffmpeg describes the stream that it decodes, before it decodes it. Covers of songs are not decoded. */
const DESCRIPTION = /Stream #0:\d+.*: Video: (?!.*\(attached pic\))/;
/** What the filter `showinfo` says of the first frame. */
const FIRST_FRAME = /Parsed_showinfo_\d+ @ .* n:\s*0 pts:\s*(-?\d+|NOPTS) /;

/** What ffmpeg says on its standard error about a video before its first frame. */
export class OpeningWords {
  /** The transfer of an HDR video; null for other videos. */
  hdr: HdrTransfer | null = null;
  /** Timestamp of the first frame, in the time base of the filter; 0 until it is known. */
  firstPts = 0;
  private isDescribed = false;
  private hasFirst = false;

  /** Whether all is known that is said about the first frame. */
  get isComplete(): boolean {
    return this.isDescribed && this.hasFirst;
  }

  take(line: string): void {
    if (!this.isDescribed && DESCRIPTION.test(line)) {
      this.isDescribed = true;
      this.hdr = hdrTransferOf(line);
    }
    const first = this.hasFirst ? null : FIRST_FRAME.exec(line);
    if (first === null) return;
    this.hasFirst = true;
    this.firstPts = first[1] === "NOPTS" ? 0 : Number(first[1]);
  }
}
