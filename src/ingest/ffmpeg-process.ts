import type { ChildProcess } from "node:child_process";
import { PassThrough } from "node:stream";
import ffmpeg from "fluent-ffmpeg";
import type { DescribedVideo } from "./described-video.ts";
import type { FfmpegBinary } from "./ffmpeg-binary.ts";
import { type FfmpegDecode, outputOptions, timeOptions } from "./ffmpeg-options.ts";
import type { HdrTransfer } from "./hdr.ts";
import { OpeningWords } from "./opening-words.ts";
import type { PictureSize } from "./picture-size.ts";
import { ReadClock } from "./read-clock.ts";
import { reapOnExit } from "./reap-on-exit.ts";
import { type ShownFrame, ShownFrames, type ShownOrigin } from "./shown-frames.ts";

/** How an ffmpeg process has ended. */
export interface FfmpegExit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  /** Why it could not be started; null when it was. */
  readonly spawnError: Error | null;
}

/** A frame as it came out of ffmpeg's pipe. */
export interface RawFrame {
  /** In a buffer of its own. */
  readonly bytes: Uint8Array;
  /** Of a live source: when ffmpeg read it from the network, on the monotonic clock (ms). Else null. */
  readonly readAtMs: number | null;
  /** False when packets were lost, from which it or an earlier one would have been decoded. */
  readonly isWhole: boolean;
  /** Where ffmpeg is fed: what the frame had in the container. */
  readonly origin?: ShownOrigin;
}

/** The argument of `-i` for an ffmpeg that is fed: its standard input. */
export const FED_URL = "pipe:0";

const STDERR_LINES = 40;
const TERM_GRACE_MS = 300;

/**
 * An ffmpeg process that decodes a video to raw RGB frames. Frames are pulled: while nobody calls `readFrame`, two
 * frames are read ahead, and then ffmpeg waits for its pipe. Only this file uses fluent-ffmpeg, which is no longer
 * maintained.
 *
 * @example
 * const layout = new FrameLayout({ width: 64, height: 64 });
 * const decoder = new FfmpegProcess(await resolveFfmpeg(), { url, inputOptions: [], layout, fps: 4 });
 * for (let frame = await decoder.readFrame(); frame; frame = await decoder.readFrame()) look(frame);
 * const { code, signal } = await decoder.exited;
 */
export class FfmpegProcess {
  /** Resolves when the process is gone and its standard error has been read to the end. Never rejects. */
  readonly exited: Promise<FfmpegExit>;
  private readonly lines: string[] = [];
  /** Of frames that are given out as they come: what is known of those that have not been read from the pipe yet. */
  private readonly shown: ShownFrames | null;
  private readonly clock = new ReadClock();
  private readonly onLine: (line: string) => void;
  private readonly frameBytes: number;
  private readonly frames: PassThrough;
  private child: ChildProcess | null = null;
  private stopped = false;
  private readonly opening = new OpeningWords();
  private over = false;
  private readonly isFed: boolean;
  /** Whether frames have the time that the container gives them. */
  private readonly tellsOrigin: boolean;
  /** What was written before the start. */
  private early: Uint8Array[] = [];
  private isInputOver = false;
  private wake: () => void = () => {};

  constructor(binary: FfmpegBinary, decode: FfmpegDecode) {
    this.frameBytes = decode.layout.bytes;
    this.onLine = decode.onLine ?? (() => {});
    this.isFed = decode.fed !== undefined;
    this.tellsOrigin = this.isFed || (decode.sparse === true && !decode.live);
    this.shown = decode.live || this.tellsOrigin ? new ShownFrames(this.tellsOrigin) : null;
    // fluent-ffmpeg mistakes the `close` of its target for a broken pipe, and would kill an ffmpeg that is about to
    // exit.
    this.frames = new PassThrough({
      highWaterMark: 2 * this.frameBytes,
      emitClose: false,
      autoDestroy: false,
    });
    for (const event of ["readable", "end"]) this.frames.on(event, () => this.wake());

    const command = ffmpeg(decode.stdin ?? decode.url)
      .setFfmpegPath(binary.path)
      .inputOptions([
        "-hide_banner",
        "-nostdin",
        "-nostats",
        "-loglevel",
        "level+info",
        ...timeOptions(decode),
        ...decode.inputOptions,
      ])
      .outputOptions(outputOptions(decode, binary.version))
      .output(this.frames)
      .on("stderr", (line: string) => this.keepLine(line));
    if (decode.env !== undefined) setEnvironment(command, decode.env);
    this.exited = new Promise((resolve) => {
      const fail = (error: Error) => resolve(this.exit(error));
      command
        .on("start", () => this.adopt((command as unknown as { ffmpegProc: ChildProcess }).ffmpegProc, fail))
        .on("end", () => resolve(this.exit(null)))
        .on("error", fail);
      try {
        command.run();
      } catch (error) {
        // This happens when no file descriptors are left: there is a child then, but without pipes.
        fail(error instanceof Error ? error : new Error(String(error)));
      }
    });
    this.exited.then(() => {
      // So that the process may end, though nobody has closed its standard input.
      decode.stdin?.unpipe().pause();
      this.over = true;
      this.wake();
    });
  }

  /** The process id; undefined before the start. */
  get pid(): number | undefined {
    return this.child?.pid;
  }

  /** The last lines of ffmpeg's standard error, with their level: `[error] …`. */
  get stderr(): readonly string[] {
    return this.lines;
  }

  /** The transfer of an HDR video; null for other videos and before the first frame has been read. */
  get hdr(): HdrTransfer | null {
    return this.opening.hdr;
  }

  /** What ffmpeg says that the video is; null before the first frame, and when ffmpeg does not name its size. */
  get video(): DescribedVideo | null {
    return this.opening.video;
  }

  /** The video's own size, as it is shown (px); null before the first frame, and when ffmpeg does not name it. */
  get size(): PictureSize | null {
    return this.opening.size;
  }

  /**
   * The place of a file's first frame on its time line, in frames. It is more than 0 where the picture starts later than
   * the file. Known when the first frame has been read.
   */
  get firstIndex(): number {
    return this.shown !== null ? 0 : Math.max(0, this.opening.firstPts);
  }

  /**
   * Reads the next frame; null at the end (`exited` says why). One call at a time. A live source's frame whose
   * time ffmpeg does not know is left out, and so is one of which an ffmpeg that was killed had not told.
   */
  async readFrame(): Promise<RawFrame | null> {
    while (!this.stopped) {
      const bytes: Buffer | null = this.frames.read(this.frameBytes);
      if (bytes !== null) {
        if (bytes.length !== this.frameBytes) return null;
        while (!(this.opening.isComplete || this.over || this.stopped)) await this.woken();
        const shown = await this.nextShown();
        if (this.tellsOrigin ? shown === undefined : shown?.readAtMs === null) continue;
        return { bytes: new Uint8Array(bytes), ...(shown ?? { readAtMs: null, isWhole: true }) };
      }
      if (this.frames.readableEnded || (this.over && this.pid === undefined)) return null;
      await this.woken();
    }
    return null;
  }

  /**
   * Gives bytes to an ffmpeg that is fed. They must not change afterwards. What it has not taken waits without a bound:
   * look at `unreadBytes`.
   */
  write(bytes: Uint8Array): void {
    if (this.isInputOver || this.stopped || this.over) return;
    if (this.child === null) this.early.push(bytes);
    else this.child.stdin?.write(bytes);
  }

  /** Tells an ffmpeg that is fed that nothing more comes. It decodes what it has, and then it ends. */
  endInput(): void {
    this.isInputOver = true;
    this.child?.stdin?.end();
  }

  /** Bytes that were written and that ffmpeg has not taken. */
  get unreadBytes(): number {
    const early = this.early.reduce((sum, { length }) => sum + length, 0);
    return early + (this.over ? 0 : (this.child?.stdin?.writableLength ?? 0));
  }

  /** It is said on standard error, which may come later than the frame. */
  private async nextShown(): Promise<ShownFrame | undefined> {
    const { shown } = this;
    while (shown?.count === 0 && !this.over && !this.stopped) await this.woken();
    const next = shown?.next();
    if (next === undefined || next.readAtMs === null) return next;
    return { ...next, readAtMs: this.clock.monotonicMs(next.readAtMs) };
  }

  private woken(): Promise<void> {
    return new Promise((resolve) => {
      this.wake = resolve;
    });
  }

  /** Ends ffmpeg with SIGTERM and, if it does not end then, with SIGKILL. `readFrame` returns null from now on. */
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
      // fluent-ffmpeg's own listener would throw an uncaught error for a child that could not be started.
      child.removeAllListeners("error").once("error", fail);
      return;
    }
    reapOnExit(child);
    if (this.isFed) this.beginInput(child);
    if (this.stopped) this.kill(child);
  }

  private beginInput({ stdin }: ChildProcess): void {
    // How ffmpeg ends says more than that it no longer reads.
    stdin?.on("error", () => {});
    for (const bytes of this.early.splice(0)) stdin?.write(bytes);
    if (this.isInputOver) stdin?.end();
  }

  private kill(child: ChildProcess): void {
    // An ffmpeg that is blocked by a full pipe does not react to SIGTERM, so the pipe is closed too.
    child.stdout?.unpipe();
    child.stdout?.destroy();
    if (this.isFed) child.stdin?.destroy();
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
    if (!this.opening.isComplete) {
      this.opening.take(line);
      this.wake();
    }
    if (this.shown?.take(line)) {
      this.wake();
      return;
    }
    if (line.includes("Parsed_showinfo")) return;
    this.onLine(line);
    this.lines.push(line);
    if (this.lines.length > STDERR_LINES) this.lines.shift();
  }
}

/** fluent-ffmpeg has no option for it, but gives the options of `_spawnFfmpeg` to `spawn`. */
function setEnvironment(command: object, env: NodeJS.ProcessEnv): void {
  type Spawns = { _spawnFfmpeg(args: string[], options: object, ...callbacks: unknown[]): void };
  const spawns = command as Spawns;
  const spawnFfmpeg = spawns._spawnFfmpeg;
  spawns._spawnFfmpeg = (args, options, ...callbacks) =>
    typeof options === "function"
      ? spawnFfmpeg.call(spawns, args, { env }, options, ...callbacks)
      : spawnFfmpeg.call(spawns, args, { ...options, env }, ...callbacks);
}
