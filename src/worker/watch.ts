/** In how many steps of time the longest silence is measured. */
const TICKS = 20;

/** Longest step (ms). */
const MOST_TICK_MS = 3000;

/** How many times as long as later ones the first answer may take: a model is opened before it. */
const START_TIMES = 5;

export interface WatchOptions {
  /** Asks for a sign of life. Each is answered by a call of {@link Watch.answered}. */
  readonly ping: () => void;
  /** How long an answer may take (ms). */
  readonly hangMs: number;
  /** How many times as long as the slowest answer so far one may take, where that is longer; default 0. */
  readonly slowestTimes?: number;
  /** Called once, when there was no answer for too long (ms). */
  readonly onSilence: (silentMs: number) => void;
}

/**
 * Notices that something no longer answers. Only one ping is under way at a time.
 *
 * Time is counted in ticks of a timer of this thread. So while this whole process stands still (it was suspended, or so
 * was the machine), nothing counts as silent.
 *
 * @example
 * const watch = new Watch({ ping: () => port.postMessage("ping"), hangMs: 60_000, onSilence: replace });
 * port.on("message", () => watch.answered());
 */
export class Watch {
  private readonly tickMs: number;
  private readonly timer: NodeJS.Timeout;
  /** How long the ping under way has not been answered; null: none is. */
  private silentMs: number | null = null;
  /** Null before it has begun. */
  private slowestMs: number | null = null;

  constructor(private readonly options: WatchOptions) {
    this.tickMs = Math.min(options.hangMs / TICKS, MOST_TICK_MS);
    this.timer = setInterval(() => this.tick(), this.tickMs).unref();
    this.ask();
  }

  /**
   * It has started, and the time that it took to start counts no more. The first answer says so, too.
   * @param slowestMs how long it is known to be silent at times (ms)
   */
  started(slowestMs = 0): void {
    this.slowestMs = slowestMs;
    if (this.silentMs !== null) this.silentMs = 0;
  }

  answered(): void {
    if (this.slowestMs === null) this.started();
    else this.slowestMs = Math.max(this.slowestMs, this.silentMs ?? 0);
    this.silentMs = null;
  }

  close(): void {
    clearInterval(this.timer);
  }

  private get limitMs(): number {
    const { hangMs, slowestTimes = 0 } = this.options;
    return this.slowestMs === null ? START_TIMES * hangMs : Math.max(hangMs, slowestTimes * this.slowestMs);
  }

  private ask(): void {
    this.silentMs = 0;
    this.options.ping();
  }

  private tick(): void {
    if (this.silentMs === null) {
      this.ask();
      return;
    }
    this.silentMs += this.tickMs;
    if (this.silentMs < this.limitMs) return;
    this.close();
    this.options.onSilence(this.silentMs);
  }
}
