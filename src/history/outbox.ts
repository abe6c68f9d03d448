import { type Change, sizeOf } from "./changes.ts";

/** How much may wait to be written. */
export interface OutboxLimits {
  /** Most changes, and most bytes of them. With more, the oldest are lost. */
  readonly maxChanges: number;
  readonly maxBytes: number;
}

/** Some minutes of several busy cameras. */
export const OUTBOX_LIMITS: OutboxLimits = { maxChanges: 50_000, maxBytes: 32 * 1024 * 1024 };

/** What was lost because it could not be written. */
export interface Loss {
  readonly events: number;
  /** When the first and the last of them were heard (ms since 1970). */
  readonly fromMs: number;
  readonly toMs: number;
}

/** Changes that wait to be written, in order, within limits. Those of one batch stay until they are written. */
export class Outbox {
  private waiting: Change[] = [];
  private bytes = 0;
  /** Null: none is under way. */
  private batch: readonly Change[] | null = null;
  private lost: Loss | null = null;

  constructor(private readonly limits: OutboxLimits = OUTBOX_LIMITS) {}

  /** How many changes are not written yet. */
  get size(): number {
    return this.waiting.length + (this.batch?.length ?? 0);
  }

  /** Whether nothing is to be written. A batch from which all was forgotten is one still. */
  get isEmpty(): boolean {
    return this.batch === null && this.waiting.length === 0;
  }

  add(change: Change): void {
    this.waiting.push(change);
    this.bytes += sizeOf(change);
    if (this.waiting.length > this.limits.maxChanges || this.bytes > this.limits.maxBytes) this.shed();
  }

  /** What is to be written next; the same again until `written` is called. */
  next(): readonly Change[] {
    if (this.batch === null) {
      this.batch = this.waiting;
      this.waiting = [];
      this.bytes = 0;
    }
    return this.batch;
  }

  /** The batch is written. Says what was lost since the last one, if anything was. */
  written(): Loss | null {
    this.batch = null;
    const { lost } = this;
    this.lost = null;
    return lost;
  }

  /** Takes out all of a stream. */
  forget(stream: string): void {
    const isOther = (change: Change) => change.stream !== stream;
    this.waiting = this.waiting.filter(isOther);
    this.bytes = this.waiting.reduce((sum, change) => sum + sizeOf(change), 0);
    this.batch = this.batch?.filter(isOther) ?? null;
  }

  /** Loses the oldest tenth. Pictures and standings are not told: the events are. */
  private shed(): void {
    const shed = this.waiting.splice(0, Math.ceil(this.waiting.length / 10));
    for (const change of shed) {
      this.bytes -= sizeOf(change);
      if (change.what !== "event") continue;
      const { events, fromMs } = this.lost ?? { events: 0, fromMs: change.wallMs };
      this.lost = { events: events + 1, fromMs, toMs: change.wallMs };
    }
  }
}
