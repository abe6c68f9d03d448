/** Longer than any usual unit (ms): what comes later has not come evenly. */
const LONGEST_MS = 1000;
const SHORTEST_MS = 100;

/**
 * Lets what grows at its right edge by steps move evenly, at no cost to the page: the browser moves it by itself, for as
 * long as the next step takes to come.
 */
export class Glide {
  private offset = 0;
  private beganMs = Number.NEGATIVE_INFINITY;
  private lastsMs = SHORTEST_MS;

  /** @param px how far it has jumped to the left */
  step(element: HTMLElement, px: number, nowMs: number): void {
    if (matchMedia("(prefers-reduced-motion: reduce)").matches) return;
    const sinceMs = nowMs - this.beganMs;
    const rest = this.offset * Math.max(0, 1 - sinceMs / this.lastsMs);
    this.lastsMs = Math.min(LONGEST_MS, Math.max(SHORTEST_MS, sinceMs));
    this.offset = rest + px;
    this.beganMs = nowMs;
    element.getAnimations().forEach((each) => {
      each.cancel();
    });
    element.animate([{ transform: `translateX(${this.offset}px)` }, { transform: "none" }], this.lastsMs);
  }
}
