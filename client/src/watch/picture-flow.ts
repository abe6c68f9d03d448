/** What keeps pictures from being sent while the video plays. */
export type FlowTrouble =
  /** The browser shows the page none, for example because another window covers it. */
  | { readonly kind: "withheld"; readonly ms: number; readonly isOver: boolean }
  /** The network has no room for them. */
  | { readonly kind: "behind"; readonly pictures: number };

/** A browser under load leaves pictures out now and then. */
const LONG_MS = 3000;
/** How long it is told afterwards: whoever was away should find it. */
const TOLD_MS = 15_000;
const BEHIND_TOLD_MS = 5000;
/** What the video shows may be older than the newest picture by so much without being shown again (media time). */
const AGAIN_MS = 1000;

/**
 * Notices when no pictures come that could be sent. A browser gives a page that is covered or in the background none, and does
 * not say so.
 *
 * All times are ms of one monotonic clock.
 */
export class PictureFlow {
  /** The last picture; null: none is due, because the video rests or there is no connection. */
  private lastMs: number | null = null;
  /** Media time of the newest picture (ms). */
  private newestMs = Number.NEGATIVE_INFINITY;
  private withheld: { readonly ms: number; readonly endMs: number } | null = null;
  private behind = { pictures: 0, lastMs: Number.NEGATIVE_INFINITY };

  /** A picture was sent. */
  sent(nowMs: number, mediaTimeMs: number): void {
    this.newestMs = mediaTimeMs;
    if (this.lastMs !== null && nowMs - this.lastMs >= LONG_MS)
      this.withheld = { ms: nowMs - this.lastMs, endMs: nowMs };
    this.lastMs = nowMs;
  }

  /** None is due from now on, until the next one is sent. */
  rest(): void {
    this.lastMs = null;
  }

  /** The video shows this media time. One that is shown again, after a jump back, is not sent again. */
  shows(mediaTimeMs: number): void {
    if (mediaTimeMs < this.newestMs - AGAIN_MS) this.rest();
  }

  /** The network had no room for one. */
  skipped(nowMs: number): void {
    const before = nowMs - this.behind.lastMs > BEHIND_TOLD_MS ? 0 : this.behind.pictures;
    this.behind = { pictures: before + 1, lastMs: nowMs };
  }

  /** What is wrong, or was until just now; null: nothing. */
  trouble(nowMs: number): FlowTrouble | null {
    if (this.lastMs !== null && nowMs - this.lastMs >= LONG_MS)
      return { kind: "withheld", ms: nowMs - this.lastMs, isOver: false };
    if (nowMs - this.behind.lastMs <= BEHIND_TOLD_MS)
      return { kind: "behind", pictures: this.behind.pictures };
    if (this.withheld !== null && nowMs - this.withheld.endMs <= TOLD_MS)
      return { kind: "withheld", ms: this.withheld.ms, isOver: true };
    return null;
  }
}
