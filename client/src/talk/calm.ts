import { type ReadonlySignal, signal } from "@preact/signals";

/**
 * Shows what changes often so that one can point to it: it changes at most every few seconds, and not while it is held,
 * because the pointer or the focus is on it.
 */
export class Calm<T> {
  readonly shown: ReadonlySignal<T>;
  private readonly value;
  private wanted: { readonly value: T } | null = null;
  private isHeld = false;
  private changedAtMs = Number.NEGATIVE_INFINITY;
  private timer: ReturnType<typeof setTimeout> | undefined;

  /**
   * @param leastMs least time between two changes
   * @param isSame whether there is nothing to change
   */
  constructor(
    first: T,
    private readonly leastMs: number,
    private readonly isSame: (a: T, b: T) => boolean,
  ) {
    this.value = signal(first);
    this.shown = this.value;
  }

  /** Shows this, as soon as it may change. */
  offer(value: T): void {
    this.wanted = this.isSame(value, this.value.peek()) ? null : { value };
    this.settle();
  }

  hold(isHeld: boolean): void {
    this.isHeld = isHeld;
    this.settle();
  }

  /** Changes no more by itself. */
  stop(): void {
    clearTimeout(this.timer);
  }

  private settle(): void {
    clearTimeout(this.timer);
    if (this.wanted === null || this.isHeld) return;
    const waitMs = this.changedAtMs + this.leastMs - performance.now();
    if (waitMs > 0) {
      this.timer = setTimeout(() => this.settle(), waitMs);
      return;
    }
    this.value.value = this.wanted.value;
    this.wanted = null;
    this.changedAtMs = performance.now();
  }
}
