import { IngestError } from "../errors.ts";
import type { FfmpegBinary } from "../ffmpeg-binary.ts";
import { FED_URL, type FfmpegExit, FfmpegProcess, type RawFrame } from "../ffmpeg-process.ts";
import type { FrameLayout } from "../frame-layout.ts";
import { toneMap } from "../hdr.ts";
import { type ContainerKind, DECODERS } from "./kinds.ts";

/** How often it is looked whether a decoder goes on (ms). */
const LOOK_MS = 250;

/** What ffmpeg says of a picture that has more pixels than it may have. */
const TOO_LARGE = /Picture size (\d+)x(\d+) (?:is invalid|exceeds)/;

export interface ContainerRunOptions {
  readonly binary: FfmpegBinary;
  readonly kind: ContainerKind;
  readonly layout: FrameLayout;
  readonly fps: number;
  readonly maxPixels: number;
  /** How long a decoder for which something waits may do nothing (ms). */
  readonly timeoutMs: number;
  readonly onFrame: (frame: RawFrame) => void;
  /** A picture has more pixels than it may have. */
  readonly onTooLarge: (width: number, height: number) => void;
}

/** How the run of a decoder has ended. */
export interface ContainerRunEnd {
  readonly exit: FfmpegExit;
  /** Whether it was ended because it did nothing any more. */
  readonly isHung: boolean;
  /** Frames that it has given. */
  readonly frames: number;
  /** The last lines of its standard error. */
  readonly stderr: readonly string[];
}

/** One ffmpeg that decodes a container, from its start to its end, whatever that is. */
export class ContainerRun {
  /** Resolves when the process is gone. Never rejects. */
  readonly ended: Promise<ContainerRunEnd>;
  private readonly process: FfmpegProcess;
  private readonly watch: NodeJS.Timeout;
  private frames = 0;
  private written = 0;
  private isEnding = false;
  private isHung = false;
  private progress = { consumed: 0, frames: 0, atMs: performance.now() };

  constructor(private readonly options: ContainerRunOptions) {
    const { binary, kind, layout, fps, maxPixels } = options;
    this.process = new FfmpegProcess(binary, {
      url: FED_URL,
      fed: { clock: kind.clock },
      layout,
      fps,
      inputOptions: [
        ...["-f", kind.format, "-format_whitelist", kind.demuxer, "-protocol_whitelist", "pipe"],
        ...["-codec_whitelist", DECODERS, "-max_pixels", String(maxPixels)],
        // A decoder on several threads holds one picture back for each. Before a key frame, pictures are grey.
        ...["-threads", "1", "-flags", "-output_corrupt", ...kind.probe],
      ],
      onLine: (line) => {
        const [, width, height] = TOO_LARGE.exec(line) ?? [];
        if (width !== undefined) options.onTooLarge(Number(width), Number(height));
      },
    });
    this.watch = setInterval(() => this.look(), LOOK_MS).unref();
    this.ended = this.play();
  }

  /** Bytes that ffmpeg has not taken. */
  get unreadBytes(): number {
    return this.process.unreadBytes;
  }

  write(bytes: Uint8Array): void {
    this.written += bytes.length;
    this.process.write(bytes);
  }

  /** Nothing more comes: what has come is decoded, then the run ends. */
  end(): void {
    this.isEnding = true;
    this.progress.atMs = performance.now();
    this.process.endInput();
  }

  stop(): void {
    void this.process.stop();
  }

  private async play(): Promise<ContainerRunEnd> {
    const { process, options } = this;
    for (let frame = await process.readFrame(); frame !== null; frame = await process.readFrame()) {
      this.frames++;
      if (process.hdr !== null) toneMap(frame.bytes, process.hdr);
      options.onFrame(frame);
    }
    // Its last words were not a whole frame, or its pipe was closed: it has nothing more to say.
    const exit = await process.exited;
    clearInterval(this.watch);
    return { exit, isHung: this.isHung, frames: this.frames, stderr: process.stderr };
  }

  private look(): void {
    const { progress, frames } = this;
    const { unreadBytes } = this.process;
    const consumed = this.written - unreadBytes;
    const nowMs = performance.now();
    const isIdle = unreadBytes === 0 && !this.isEnding;
    if (isIdle || consumed !== progress.consumed || frames !== progress.frames) {
      this.progress = { consumed, frames, atMs: nowMs };
    } else if (nowMs - progress.atMs > this.options.timeoutMs) {
      this.isHung = true;
      this.stop();
    }
  }
}

/** What became of a decoder, for people. */
export function howItEnded({ exit, isHung, stderr }: ContainerRunEnd): string {
  if (isHung) return "The decoder did nothing any more and was ended.";
  if (exit.signal !== null) return `The decoder was killed (${exit.signal}).`;
  const line = stderr.findLast((each) => /\[(error|fatal)\]/.test(each)) ?? stderr.at(-1);
  const said = line
    ?.replace(/^(\[[^\]]*\]\s*)+/, "")
    .trim()
    .slice(0, 200);
  return `The decoder ended (exit code ${exit.code}${said ? `; ffmpeg: ${said}` : ""}).`;
}

/** The error for a decoder that could not be started; null when it was. */
export function startFailure({ exit: { spawnError } }: ContainerRunEnd): IngestError | null {
  if (spawnError === null) return null;
  const message = `ffmpeg could not be started (${spawnError.message}). The operator of the server must install it, or name another one in FFMPEG_PATH.`;
  return new IngestError("ffmpeg_missing", message, { cause: spawnError });
}
