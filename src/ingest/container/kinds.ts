import { H264Splitter } from "./h264-splitter.ts";
import { Mp4Splitter } from "./mp4-splitter.ts";
import { SignedSplitter } from "./signed-splitter.ts";
import type { Splitter, SplitterLimits } from "./splitter.ts";
import { WebmSplitter } from "./webm-splitter.ts";

/** A kind of container that a client may push, and how it is decoded. */
export interface ContainerKind {
  /** MIME types without parameters. The first one is its name. */
  readonly mimes: readonly [string, ...string[]];
  /** ffmpeg's name of the format. It is forced, so that the bytes cannot choose another one. */
  readonly format: string;
  /** ffmpeg's name of the demuxer, the only one that may run. */
  readonly demuxer: string;
  /** How ffmpeg finds out what is in it. */
  readonly probe: readonly string[];
  /** `container`: its own timestamps are the pictures' times. `arrival`: it has none, or none that count. */
  readonly clock: "container" | "arrival";
  /** For people: what is expected. */
  readonly expects: string;
  readonly split: (limits: SplitterLimits) => Splitter;
}

/**
 * The kinds, each with a profile of its own, because no recipe fits all. Measured with ffmpeg 5.1.9 on 640×480 px at
 * 10 frames a second, fed at real pace, 50 pictures. The delay is from the chunk that holds a picture to its frame.
 *
 * | container | options | frames | first frame | delay (median) |
 * |---|---|---|---|---|
 * | WebM (VP8, VP9) | none | 50 | 0.1 s | 3 ms |
 * | | `nobuffer`, `low_delay`, `-probesize 32` | **30** | 2 s | 3 ms |
 * | MP4, a fragment a frame | none | 50 | **2 s** | 3 ms |
 * | | `-fpsprobesize 0` | 50 | 0.1 s | 3 ms |
 * | H.264 | none | 50 | **2.1 s** | 0.1 s |
 * | | `-fpsprobesize 0` | **49** | 0.1 s | **0.2 s** |
 * | | `-probesize 5000 -analyzeduration 0` | 50 | 0.1 s | 0.1 s |
 * | MPEG-TS | none | 50 | **5.2 s** | 0.1 s |
 * | | `-analyzeduration 100000` | 50 | 0.4 s | 0.1 s |
 * | JPEG | none | 50 | 0.1 s | 0.1 s |
 *
 * Where nothing says how long a picture is, as in H.264, it is known to be whole when the next one begins: one period.
 */
export const CONTAINER_KINDS: readonly ContainerKind[] = [
  {
    mimes: ["video/webm", "video/x-matroska"],
    format: "matroska",
    demuxer: "matroska,webm",
    probe: [],
    clock: "container",
    expects: "a WebM with VP8, VP9, AV1 or H.264, from its first byte on, as MediaRecorder writes it",
    split: (limits) => new WebmSplitter(limits),
  },
  {
    mimes: ["video/mp4"],
    format: "mp4",
    demuxer: "mov,mp4,m4a,3gp,3g2,mj2",
    probe: ["-fpsprobesize", "0"],
    clock: "container",
    expects: "a fragmented MP4, from its initialization segment (ftyp, moov) on",
    split: (limits) => new Mp4Splitter(limits),
  },
  {
    mimes: ["video/h264"],
    format: "h264",
    demuxer: "h264",
    probe: ["-probesize", "5000", "-analyzeduration", "0"],
    clock: "arrival",
    expects: "H.264 as Annex B (start codes), with SPS and PPS before a key frame",
    split: (limits) => new H264Splitter(limits),
  },
  {
    mimes: ["video/mp2t"],
    format: "mpegts",
    demuxer: "mpegts",
    probe: ["-analyzeduration", "100000"],
    clock: "container",
    expects: "an MPEG transport stream of packets of 188 bytes",
    split: () =>
      new SignedSplitter({ bytes: [0x47], message: "It does not begin with a packet of MPEG-TS (47)." }),
  },
  {
    mimes: ["image/jpeg", "video/x-mjpeg"],
    format: "mjpeg",
    demuxer: "mjpeg",
    probe: [],
    clock: "arrival",
    expects: "JPEGs, one behind the other",
    split: () =>
      new SignedSplitter({ bytes: [0xff, 0xd8, 0xff], message: "It does not begin with a JPEG (FF D8 FF)." }),
  },
];

/** The kind of a MIME type; parameters such as `;codecs=vp8` are ignored. Null when there is none. */
export function containerKind(mime: string): ContainerKind | null {
  const [type = ""] = mime.split(";");
  const name = type.trim().toLowerCase();
  return CONTAINER_KINDS.find(({ mimes }) => mimes.includes(name)) ?? null;
}

/** Video decoders that may run. What is pushed comes from anybody, and ffmpeg has hundreds of old ones. */
export const DECODERS = "vp8,libvpx,vp9,libvpx-vp9,av1,libdav1d,libaom-av1,h264,hevc,mpeg4,mpeg2video,mjpeg";
