/**
 * Picks the pictures that make up a rate: of every period, the first that is at most half a period early. So their
 * distances are even enough that the server looks at every one of them.
 *
 * @example
 * const beat = new Beat(10);
 * [0, 33, 67, 100, 133, 167, 200].filter((t) => beat.take(t)); // [0, 67, 167]
 */
export class Beat {
  private readonly periodMs: number;
  private dueMs = Number.NEGATIVE_INFINITY;

  /** @param fps pictures a second */
  constructor(fps: number) {
    this.periodMs = 1000 / fps;
  }

  /** Whether the picture of this media time (ms) is one of them. Media times must not go backwards. */
  take(mediaTimeMs: number): boolean {
    if (mediaTimeMs < this.dueMs - this.periodMs / 2) return false;
    this.dueMs = Math.max(this.dueMs, mediaTimeMs) + this.periodMs;
    return true;
  }
}
