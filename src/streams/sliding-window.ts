interface Sample {
  readonly atMs: number;
  readonly value: number;
}

/** Exact percentiles of a window's values. */
export interface Percentiles {
  readonly p50: number | null;
  readonly p95: number | null;
  readonly p99: number | null;
  readonly samples: number;
}

/**
 * The samples of the last `spanMs`, at most `capacity` of them (the newest win), so that it stays small for hours.
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

  /** `atMs` never goes back. */
  add(atMs: number, value: number): void {
    this.since ??= atMs;
    this.samples.push({ atMs, value });
    // Trimmed now and then rather than each time: an amortised constant.
    if (this.samples.length >= 2 * this.capacity) this.trim(atMs);
  }

  /** By the nearest-rank rule; null while the window is empty. */
  percentiles(nowMs: number): Percentiles {
    this.trim(nowMs);
    const sorted = this.samples.map((sample) => sample.value).sort((a, b) => a - b);
    const rank = (p: number) => sorted[Math.max(0, Math.ceil(p * sorted.length) - 1)] ?? null;
    return { p50: rank(0.5), p95: rank(0.95), p99: rank(0.99), samples: sorted.length };
  }

  /** Sum of the values a second, over the window or, while that is not full, over the time since the first. */
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
