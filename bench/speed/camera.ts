import { filter, firstValueFrom } from "rxjs";
import type { EngineStream } from "../../src/engine/mod.ts";
import type { Clip } from "./clip.ts";
import type { Recurring } from "./interval-runner.ts";

export interface CameraOptions {
  readonly stream: EngineStream;
  readonly clip: Clip;
  /** When its first frame is due (ms, monotonic). */
  readonly startAtMs: number;
  /** From frame to frame, by the clock (ms); the clip's own rate unless it is played faster. */
  readonly intervalMs: number;
  /** Then it stops; default: never. */
  readonly frames?: number;
  /** Called right after each frame was pushed, with how many there were. */
  readonly onPushed?: (pushed: number) => void;
}

/** Pushes a clip into a stream by the wall clock, as a camera does: it waits for nobody. */
export class Camera implements Recurring {
  dueAtMs: number;
  pushed = 0;
  /** How much later than due each frame was pushed (ms). Not in any latency: that counts from the push. */
  readonly lateMs: number[] = [];

  constructor(private readonly options: CameraOptions) {
    this.dueAtMs = options.startAtMs;
  }

  fire(nowMs: number): void {
    const { stream, clip, startAtMs, intervalMs, frames = Number.POSITIVE_INFINITY, onPushed } = this.options;
    this.lateMs.push(nowMs - this.dueAtMs);
    stream.push(clip.frame(this.pushed++));
    this.dueAtMs = this.pushed < frames ? startAtMs + this.pushed * intervalMs : Number.POSITIVE_INFINITY;
    onPushed?.(this.pushed);
  }
}

/**
 * Pushes frames `from` to `to` (without it) as fast as the stream takes them without a drop.
 *
 * @throws the signal's reason when that is aborted
 */
export async function feed(
  stream: EngineStream,
  clip: Clip,
  range: { readonly from: number; readonly to: number },
  signal: AbortSignal,
  onPushed: (pushed: number) => void = () => {},
): Promise<void> {
  for (let seq = range.from; seq < range.to; seq++) {
    signal.throwIfAborted();
    // A stream that failed completes `ready$`; the push then says that it is closed.
    await firstValueFrom(stream.ready$.pipe(filter(Boolean)), { defaultValue: false });
    stream.push(clip.frame(seq));
    onPushed(seq + 1);
  }
}
