import type { ChildProcess } from "node:child_process";
import { PassThrough } from "node:stream";
import ffmpeg from "fluent-ffmpeg";
import type { FfmpegBinary } from "./ffmpeg-binary.ts";
import type { FrameLayout } from "./frame-layout.ts";
import { reapOnExit } from "./reap-on-exit.ts";

/** What ffmpeg is to decode, and into what. */
export interface FfmpegDecode {
  /** Sizes of the pictures that a frame consists of. */
  readonly layout: FrameLayout;
  /** Frames a second of media time. */
  readonly fps: number;
  /** What follows `-i`: never a string from outside as it came, see `resolveVideoInput`. */
  readonly url: string;
  /** What comes before `-i`. */
  readonly inputOptions: readonly string[];
  /** Stop after so much media time (ms). */
  readonly maxDurationMs?: number;
}

/** How an ffmpeg ended. */
export interface FfmpegExit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  /** Why it could not be started. */
  readonly spawnError: Error | null;
}

const STDERR_LINES = 40;
const TERM_GRACE_MS = 300;

/**
 * One ffmpeg that decodes a video to raw RGB frames. Frames are pulled: while nobody calls `readFrame`, two frames
 * are read ahead and then ffmpeg blocks on its pipe. The only place that knows of fluent-ffmpeg (archived).
 *
 * @example
 * const layout = new FrameLayout({ width: 64, height: 64 });
 * const decoder = new FfmpegProcess(await resolveFfmpeg(), { url, inputOptions: [], layout, fps: 4 });
 * for (let frame = await decoder.readFrame(); frame; frame = await decoder.readFrame()) look(frame);
 * const { code, signal } = await decoder.exited;
 */
export class FfmpegProcess {
  /** Resolves when the process is gone (reaped) and its stderr read to the end. Never rejects. */
  readonly exited: Promise<FfmpegExit>;
  private readonly lines: string[] = [];
  private readonly frameBytes: number;
  private readonly frames: PassThrough;
  private child: ChildProcess | null = null;
  private stopped = false;
  private over = false;
  private wake: () => void = () => {};

  constructor(binary: FfmpegBinary, decode: FfmpegDecode) {
    this.frameBytes = decode.layout.bytes;
    // fluent-ffmpeg takes a target's `close` for a broken pipe and kills an ffmpeg that is about to exit by itself.
    this.frames = new PassThrough({
      highWaterMark: 2 * this.frameBytes,
      emitClose: false,
      autoDestroy: false,
    });
    for (const event of ["readable", "end"]) this.frames.on(event, () => this.wake());

    const command = ffmpeg(decode.url)
      .setFfmpegPath(binary.path)
      .inputOptions([
        "-hide_banner",
        "-nostdin",
        "-nostats",
        "-loglevel",
        "level+info",
        ...decode.inputOptions,
      ])
      .outputOptions(outputOptions(decode))
      .output(this.frames)
      .on("stderr", (line: string) => this.keepLine(line));
    this.exited = new Promise((resolve) => {
      const fail = (error: Error) => resolve(this.exit(error));
      command
        .on("start", () => this.adopt((command as unknown as { ffmpegProc: ChildProcess }).ffmpegProc, fail))
        .on("end", () => resolve(this.exit(null)))
        .on("error", fail);
      try {
        command.run();
      } catch (error) {
        // No file descriptors left: there is a child then, but without pipes.
        fail(error instanceof Error ? error : new Error(String(error)));
      }
    });
    this.exited.then(() => {
      this.over = true;
      this.wake();
    });
  }

  /** The process id, from the moment it is started. */
  get pid(): number | undefined {
    return this.child?.pid;
  }

  /** The last lines that ffmpeg wrote, with their level: `[error] …`. */
  get stderr(): readonly string[] {
    return this.lines;
  }

  /** The next frame, in a buffer of its own; null at the end, whatever ended it (see `exited`). One call at a time. */
  async readFrame(): Promise<Uint8Array | null> {
    while (!this.stopped) {
      const bytes: Buffer | null = this.frames.read(this.frameBytes);
      if (bytes !== null) return bytes.length === this.frameBytes ? new Uint8Array(bytes) : null;
      if (this.frames.readableEnded || (this.over && this.pid === undefined)) return null;
      await new Promise<void>((resolve) => {
        this.wake = resolve;
      });
    }
    return null;
  }

  /** Ends ffmpeg: SIGTERM, and SIGKILL where that is not heard. `readFrame` gives null from now on. */
  stop(): Promise<FfmpegExit> {
    if (!this.stopped) {
      this.stopped = true;
      this.wake();
      if (this.child !== null) this.kill(this.child);
    }
    return this.exited;
  }

  private adopt(child: ChildProcess, fail: (error: Error) => void): void {
    this.child = child;
    if (child.pid === undefined) {
      // fluent-ffmpeg's own listener throws, uncaught, on a child that could not be started.
      child.removeAllListeners("error").once("error", fail);
      return;
    }
    reapOnExit(child);
    if (this.stopped) this.kill(child);
  }

  private kill(child: ChildProcess): void {
    // An ffmpeg blocked in writing to a full pipe hears no SIGTERM: take the pipe away, too.
    child.stdout?.unpipe();
    child.stdout?.destroy();
    child.kill("SIGTERM");
    const grace = setTimeout(() => child.kill("SIGKILL"), TERM_GRACE_MS).unref();
    child.once("exit", () => clearTimeout(grace));
  }

  private exit(error: Error | null): FfmpegExit {
    const code = this.child?.exitCode ?? null;
    const signal = this.child?.signalCode ?? null;
    return { code, signal, spawnError: this.pid === undefined ? error : null };
  }

  private keepLine(line: string): void {
    this.lines.push(line);
    if (this.lines.length > STDERR_LINES) this.lines.shift();
  }
}

function outputOptions({ layout, fps, maxDurationMs }: FfmpegDecode): string[] {
  return [
    // Capital V: a song's cover picture is not a video.
    ...["-map", "0:V:0", "-an", "-sn", "-dn"],
    ...["-vf", `fps=${fps},${layout.filter}`],
    ...(maxDurationMs === undefined ? [] : ["-t", String(maxDurationMs / 1000)]),
    ...["-f", "rawvideo", "-pix_fmt", "rgb24"],
  ];
}
