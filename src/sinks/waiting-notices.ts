import type { Notice } from "./sink.ts";

/** A notice that waits to be delivered. */
export interface Waiting {
  readonly notice: Notice;
  readonly bytes: number;
  /** When it was heard (ms, monotonic). */
  readonly atMs: number;
}

/** How much may wait. */
export interface WaitingLimits {
  readonly maxWaiting: number;
  /** Bytes of the notices as JSON. */
  readonly maxWaitingBytes: number;
}

/** Notices in their order, the oldest first. */
export class WaitingNotices {
  private notices: Waiting[] = [];
  private heldBytes = 0;

  get size(): number {
    return this.notices.length;
  }

  get oldest(): Waiting | undefined {
    return this.notices[0];
  }

  add(waiting: Waiting): void {
    this.notices.push(waiting);
    this.heldBytes += waiting.bytes;
  }

  /** Puts one back that was taken. */
  putBack(waiting: Waiting): void {
    this.notices.unshift(waiting);
    this.heldBytes += waiting.bytes;
  }

  /** Takes the oldest one out. */
  take(): Waiting {
    const oldest = this.notices.shift();
    if (oldest === undefined) throw new RangeError("No notice waits. Look at `oldest` first.");
    this.heldBytes -= oldest.bytes;
    return oldest;
  }

  /** Takes all out. */
  takeAll(): Waiting[] {
    const all = this.notices;
    this.notices = [];
    this.heldBytes = 0;
    return all;
  }

  /** Takes those out that are too many, the oldest first. */
  takeExcess({ maxWaiting, maxWaitingBytes }: WaitingLimits): Waiting[] {
    const excess: Waiting[] = [];
    while (this.size > maxWaiting || this.heldBytes > maxWaitingBytes) excess.push(this.take());
    return excess;
  }
}
