import { stat } from "node:fs/promises";
import { basename } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { Observable } from "rxjs";
import { checkFps, checkPositive, checkSize, type FrameFormat } from "./check-options.ts";
import { decodeImage } from "./decode-image.ts";
import { IngestError } from "./errors.ts";
import { EncodedFrame, type Frame } from "./frame.ts";
import { type Pace, pacerOf } from "./pacer.ts";
import { noPictures, type PicturePlace, picturesAt, readPicture } from "./picture-files.ts";
import { SampleByMediaTime } from "./sample-by-media-time.ts";

export interface PicturesOptions extends FrameFormat, Pace {
  /**
   * Media time from one picture to the next (ms); default: as the wanted rate has it. While a folder is watched: how
   * often it is looked into (ms); default 1000.
   */
  readonly intervalMs?: number | undefined;
  /** Takes the pictures that come from now on, instead of those that are there. Default: false. */
  readonly watch?: boolean | undefined;
  /** The moment that counts as media time 0 (ms, monotonic), of a folder that is watched. Default: the first picture. */
  readonly startedAtMs?: number | undefined;
  /** Ends it with an `aborted` error. */
  readonly signal?: AbortSignal | undefined;
  /** Called when a folder that is watched has been looked into. */
  readonly onAlive?: (() => void) | undefined;
  /** Called when a picture cannot be used. It is left out. */
  readonly onProblem?: ((problem: IngestError) => void) | undefined;
}

const DEFAULT_LOOK_MS = 1000;

/**
 * Pictures in files: those of a folder, in the order of their names, or one alone. A folder may be watched. Then a picture
 * counts as complete when two looks have found it of the same size and age. One that cannot be used then is taken when it
 * has changed and can be used.
 *
 * @throws {IngestError} as an error of the observable: `no_frames` when there is none that can be used,
 *   `file_unreadable`, `option_out_of_range`, `aborted`
 */
export function openPictures(place: PicturePlace, options: PicturesOptions): Observable<Frame> {
  return new Observable((subscriber) => {
    const cancel = new AbortController();
    const { signal } = options;
    const stop = signal === undefined ? cancel.signal : AbortSignal.any([cancel.signal, signal]);
    const reader = new PictureReader(options, stop, (frame) => subscriber.next(frame));
    const reading = options.watch ? reader.watch(place) : reader.play(place);
    reading.then(
      () => {
        if (!signal?.aborted) return subscriber.complete();
        const message = "The pictures were stopped by their AbortSignal.";
        subscriber.error(new IngestError("aborted", message, { cause: signal.reason }));
      },
      (error) => subscriber.error(error),
    );
    return () => cancel.abort();
  });
}

class PictureReader {
  private seq = 0;

  constructor(
    private readonly options: PicturesOptions,
    private readonly stop: AbortSignal,
    private readonly emit: (frame: Frame) => void,
  ) {}

  /** Those that are there. */
  async play(place: PicturePlace): Promise<void> {
    this.check();
    const { fps, intervalMs = 1000 / fps } = this.options;
    const sampler = new SampleByMediaTime(fps);
    const mayGo = pacerOf(this.options, this.stop);
    for (const [i, path] of (await picturesAt(place)).entries()) {
      const mediaTimeMs = i * intervalMs;
      await mayGo(mediaTimeMs);
      if (this.stop.aborted) return;
      if (sampler.take(mediaTimeMs)) await this.read(path, mediaTimeMs);
    }
    if (this.seq > 0 || this.stop.aborted) return;
    throw noPictures(place);
  }

  /** Those that come, or change. */
  async watch(place: PicturePlace): Promise<void> {
    this.check();
    const { fps, intervalMs = DEFAULT_LOOK_MS, onAlive } = this.options;
    let { startedAtMs } = this.options;
    const sampler = new SampleByMediaTime(fps);
    const marks = new FileMarks(place);
    await marks.look();
    while (!this.stop.aborted) {
      await sleep(intervalMs, undefined, { signal: this.stop }).catch(() => {});
      if (this.stop.aborted) return;
      for (const path of await marks.look()) {
        const nowMs = performance.now();
        startedAtMs ??= nowMs;
        const mediaTimeMs = Math.max(0, nowMs - startedAtMs);
        if (sampler.take(mediaTimeMs) && !(await this.read(path, mediaTimeMs))) marks.leaveOut(path);
      }
      onAlive?.();
    }
  }

  /** Whether the picture could be used. */
  private async read(path: string, mediaTimeMs: number): Promise<boolean> {
    const { width, height, onProblem } = this.options;
    try {
      const bytes = await readPicture(path);
      const decoded = await decodeImage(bytes, { width, height });
      if (this.stop.aborted) return true;
      const stamp = { seq: this.seq++, mediaTimeMs, arrivedAtMs: performance.now() };
      this.emit(new EncodedFrame(stamp, bytes, decoded));
      return true;
    } catch (error) {
      if (!(error instanceof IngestError)) throw error;
      onProblem?.(new IngestError(error.code, `${basename(path)} was left out. ${error.message}`));
      return false;
    }
  }

  private check(): void {
    const { fps, intervalMs } = this.options;
    checkSize(this.options);
    checkFps(fps);
    checkPositive("interval", intervalMs);
  }
}

/** Finds files that are new. One that stands alone is new when it changes, those of a folder when their name is. */
class FileMarks {
  /** What was there at the last look, and when it was complete. */
  private known: Map<string, string> | null = null;
  /** Files that may still be written to. */
  private growing = new Map<string, string>();
  /** Those that were new and could not be used. Whoever writes them may have paused, so they are new when they change. */
  private leftOut = new Set<string>();

  constructor(private readonly place: PicturePlace) {}

  /** The files that are new and complete, in the order of their names. The first look finds none. */
  async look(): Promise<string[]> {
    const { known: before, growing: grew } = this;
    const { folder } = this.place;
    const paths = await picturesAt(this.place);
    // What has gone is forgotten.
    this.known = new Map();
    this.growing = new Map();
    this.leftOut = new Set(paths.filter((path) => this.leftOut.has(path)));
    const isNew: string[] = [];
    for (const path of paths) {
      const last = before?.get(path);
      const isOld = folder && (before === null || last !== undefined) && !this.leftOut.has(path);
      const mark = isOld ? "old" : await markOf(path);
      if (last !== undefined) this.known.set(path, last);
      if (mark === null || mark === last) continue;
      if (before === null || isOld) this.known.set(path, mark);
      else if (grew.get(path) !== mark) this.growing.set(path, mark);
      else {
        this.known.set(path, mark);
        this.leftOut.delete(path);
        isNew.push(path);
      }
    }
    return isNew;
  }

  /** Takes note that a file that was new could not be used. */
  leaveOut(path: string): void {
    this.leftOut.add(path);
  }
}

/** Size and age of a file; null for one that is gone or empty. */
async function markOf(path: string): Promise<string | null> {
  const entry = await stat(path).catch(() => null);
  return entry === null || entry.size === 0 ? null : `${entry.size} ${entry.mtimeMs}`;
}
