interface Sample {
  readonly atMs: number;
  readonly value: number;
}

/** Percentiles of the values in a window, exact. Null while the window is empty. */
export interface Percentiles {
  readonly p50: number | null;
  readonly p95: number | null;
  readonly p99: number | null;
  readonly samples: number;
}

/**
 * The samples of the last `spanMs`, but at most the newest `capacity` of them, so that its size is limited.
 *
 * @example
 * const ttft = new SlidingWindow(30_000, 1024);
 * ttft.add(performance.now(), 84.2);
 * ttft.percentiles(performance.now()).p95;
 */
export class SlidingWindow {
  private readonly spanMs: number;
  private readonly capacity: number;
  private samples: Sample[] = [];
  private since: number | null = null;

  constructor(spanMs: number, capacity: number) {
    this.spanMs = spanMs;
    this.capacity = capacity;
  }

  /** Adds a sample. `atMs` must not be earlier than that of the sample before. */
  add(atMs: number, value: number): void {
    this.since ??= atMs;
    this.samples.push({ atMs, value });
    // Not each time, so that the cost per sample stays constant on average.
    if (this.samples.length >= 2 * this.capacity) this.trim(atMs);
  }

  /** Percentiles by the nearest-rank method. */
  percentiles(nowMs: number): Percentiles {
    this.trim(nowMs);
    const sorted = this.samples.map((sample) => sample.value).sort((a, b) => a - b);
    const rank = (p: number) => sorted[Math.max(0, Math.ceil(p * sorted.length) - 1)] ?? null;
    return { p50: rank(0.5), p95: rank(0.95), p99: rank(0.99), samples: sorted.length };
  }

  /**
   * Sum of the values per second, over the window. While the window is not full, over the time since the first sample.
   */
  perSecond(nowMs: number): number {
    this.trim(nowMs);
    if (this.since === null) return 0;
    const first = this.samples[0];
    const full = this.samples.length === this.capacity && first !== undefined;
    const spanMs = full ? nowMs - first.atMs : Math.min(this.spanMs, nowMs - this.since);
    const sum = this.samples.reduce((before, sample) => before + sample.value, 0);
    return spanMs > 0 ? (1000 * sum) / spanMs : 0;
  }

  private trim(nowMs: number): void {
    const inTime = this.samples.filter((sample) => nowMs - sample.atMs <= this.spanMs);
    this.samples = inTime.slice(-this.capacity);
  }
}
