/** What a hidden slot's score gets; large enough that its weight underflows to 0 in float32. */
export const HIDDEN = -1e9;

/**
 * Which slot belongs to which segment of a cache, in the form that attention adds to its scores:
 * `[2, slots]`, row 0 the window, row 1 the sink; 0 where a slot is in that segment, {@link HIDDEN} elsewhere.
 */
export class SegmentBias {
  readonly data: Float32Array;

  constructor(readonly slots: number) {
    this.data = new Float32Array(2 * slots).fill(HIDDEN);
  }

  showInWindow(slot: number, count = 1): void {
    this.data.fill(0, slot, slot + count);
  }

  showInSink(slot: number, count = 1): void {
    this.data.fill(0, this.slots + slot, this.slots + slot + count);
  }

  hide(slot: number, count = 1): void {
    this.data.fill(HIDDEN, slot, slot + count);
    this.data.fill(HIDDEN, this.slots + slot, this.slots + slot + count);
  }

  hideAll(): void {
    this.data.fill(HIDDEN);
  }
}
