import type { Logger } from "pino";
import { DeliveryError } from "./delivery-error.ts";
import { DeliveryRecord } from "./delivery-record.ts";
import { type RetryWaits, retryWaitMs } from "./retry-waits.ts";
import type { Notice, Sink } from "./sink.ts";
import { type Waiting, type WaitingLimits, WaitingNotices } from "./waiting-notices.ts";

/** How a sink is delivered to. */
export interface DeliveryLimits extends WaitingLimits {
  /** Longest time of one attempt (ms). */
  readonly attemptMs: number;
  /** How long a notice is tried, counted from when it was heard (ms). */
  readonly giveUpAfterMs: number;
}

export interface DispatcherOptions {
  readonly sink: Sink;
  readonly limits: DeliveryLimits;
  readonly log: Logger;
  readonly waits?: RetryWaits | undefined;
  /** Longest time that a sink may take to close (ms). Default: 1000. */
  readonly closeMs?: number;
}

/** What has become of the notices of a sink since the start. */
export interface SinkFigures {
  readonly delivered: number;
  /** Given up: refused, tried for too long, or not delivered when the server stopped. */
  readonly failed: number;
  /** Never tried to the end: too many waited, or the receiver wants no more. */
  readonly dropped: number;
  /** That wait now, or are under way. */
  readonly waiting: number;
  /** Whether the receiver has said that it wants no more. */
  readonly disabled: boolean;
  /** Why the last attempt failed; null when it did not. */
  readonly last_error: string | null;
}

/** Why an attempt is broken off when its sink is replaced. It does not count as a failure. */
const REPLACED = new DeliveryError("passing", "Its sink was replaced.");

const STOPPED = "The server was stopped before it could be delivered.";

/**
 * Delivers notices to one sink, one after the other in their order. What fails is tried again, after longer and longer
 * waits, until it is too old. Meanwhile the others wait, within limits. What is not delivered in the end is a line in the
 * log with the whole event. A notice may be delivered twice, with the same id, when nobody can tell whether an attempt
 * came through. Nothing here throws or makes anybody wait.
 */
export class Dispatcher {
  private sink: Sink;
  private limits: DeliveryLimits;
  private readonly waiting = new WaitingNotices();
  private attempt: AbortController | null = null;
  private running: Promise<void> | null = null;
  private closed: Promise<void> | null = null;
  private wake: () => void = () => {};
  private failures = 0;
  /** No attempt is made before (ms, monotonic). */
  private notBeforeMs = 0;
  private phase: "open" | "closing" | "over" = "open";
  private isDisabled = false;
  private readonly record: DeliveryRecord;

  constructor(private readonly options: DispatcherOptions) {
    this.sink = options.sink;
    this.limits = options.limits;
    this.record = new DeliveryRecord(options.sink.name, options.log);
  }

  get figures(): SinkFigures {
    const waiting = this.waiting.size + (this.attempt === null ? 0 : 1);
    const { counts, lastError } = this.record;
    return { ...counts, waiting, disabled: this.isDisabled, last_error: lastError };
  }

  /**
   * Takes a notice. It is delivered later, never before this returns.
   *
   * @param bytes of it as JSON
   */
  offer(notice: Notice, bytes: number): void {
    const waiting = { notice, bytes, atMs: performance.now() };
    if (this.isDisabled) this.record.counts.dropped++;
    else if (this.phase !== "open") this.lose("failed", waiting, STOPPED);
    else if (bytes > this.limits.maxWaitingBytes)
      this.lose("dropped", waiting, `It has ${bytes} bytes, more than may wait (max_waiting_bytes).`);
    else {
      this.waiting.add(waiting);
      this.dropExcess();
      this.start();
    }
  }

  /**
   * Delivers to another sink from now on, and closes the one before. What waits goes to the new one, at once. A sink that
   * was disabled is delivered to again.
   */
  async replace(sink: Sink, limits: DeliveryLimits): Promise<void> {
    const before = this.sink;
    this.sink = sink;
    this.limits = limits;
    this.resume();
    this.attempt?.abort(REPLACED);
    this.dropExcess();
    await this.closeSink(before);
  }

  /** Tries at once what waits. A sink that was disabled is delivered to again. */
  resume(): void {
    this.isDisabled = false;
    this.failures = 0;
    this.notBeforeMs = 0;
    this.wake();
  }

  /**
   * Tries to deliver what waits within a time (ms), gives up what then remains, and closes the sink. Never rejects. Safe to
   * call twice.
   */
  close(withinMs: number): Promise<void> {
    this.closed ??= this.shut(withinMs);
    return this.closed;
  }

  private async shut(withinMs: number): Promise<void> {
    this.phase = "closing";
    if (!this.isDisabled) this.resume();
    const timer = setTimeout(() => {
      this.phase = "over";
      this.attempt?.abort(new DeliveryError("passing", STOPPED));
      this.wake();
    }, withinMs);
    await this.running;
    clearTimeout(timer);
    this.phase = "over";
    for (const each of this.waiting.takeAll()) this.lose("failed", each, STOPPED);
    await this.closeSink(this.sink);
  }

  private start(): void {
    if (this.running !== null) return;
    // Not at once: whoever tells of an event must not pay for its delivery.
    this.running = new Promise((resolve) => setImmediate(resolve))
      .then(() => this.run())
      .finally(() => {
        this.running = null;
        if (this.waiting.size > 0 && this.phase !== "over") this.start();
      });
  }

  private async run(): Promise<void> {
    for (let next = this.waiting.oldest; next !== undefined; next = this.waiting.oldest) {
      if (this.phase === "over") return;
      const nowMs = performance.now();
      const leftMs = next.atMs + this.limits.giveUpAfterMs - nowMs;
      const waitMs = this.notBeforeMs - nowMs;
      if (leftMs <= 0) this.lose("failed", this.waiting.take(), this.tooOld());
      else if (waitMs > 0) await this.pause(Math.min(waitMs, leftMs));
      else await this.try(this.waiting.take());
    }
  }

  private async try(waiting: Waiting): Promise<void> {
    const attempt = new AbortController();
    this.attempt = attempt;
    const { signal } = attempt;
    const { attemptMs } = this.limits;
    const tooLong = new DeliveryError("passing", `It took longer than ${attemptMs / 1000} seconds.`);
    const timer = setTimeout(() => attempt.abort(tooLong), attemptMs);
    // A sink that does not heed the signal must not hold up the others.
    const broken = new Promise<never>((_, reject) =>
      signal.addEventListener("abort", () => reject(signal.reason), { once: true }),
    );
    try {
      await Promise.race([this.sink.deliver(waiting.notice, signal), broken]);
      this.attempt = null;
      this.succeeded();
    } catch (error) {
      this.attempt = null;
      this.failed(waiting, DeliveryError.of(signal.aborted ? signal.reason : error));
    } finally {
      clearTimeout(timer);
    }
  }

  private succeeded(): void {
    this.record.delivered(this.waiting.size);
    this.failures = 0;
    this.notBeforeMs = 0;
  }

  private failed(waiting: Waiting, error: DeliveryError): void {
    if (error === REPLACED) this.waiting.putBack(waiting);
    else if (this.phase === "over") this.lose("failed", waiting, STOPPED);
    else {
      this.record.attemptFailed(error, this.waiting.size + 1);
      if (error.failure === "passing") this.again(waiting, error);
      else this.never(waiting, error);
    }
  }

  private again(waiting: Waiting, { retryAfterMs }: DeliveryError): void {
    this.waiting.putBack(waiting);
    this.dropExcess();
    const ownMs = retryWaitMs(++this.failures, this.options.waits);
    // However long it wants to be left alone, what waits now is too old by then.
    const askedMs = Math.min(retryAfterMs ?? 0, this.limits.giveUpAfterMs);
    this.notBeforeMs = performance.now() + Math.max(ownMs, askedMs);
  }

  private never(waiting: Waiting, { failure, message }: DeliveryError): void {
    this.failures = 0;
    this.lose("failed", waiting, message);
    if (failure === "gone") this.disable(message);
  }

  private disable(why: string): void {
    this.isDisabled = true;
    this.record.disabled(why);
    for (const each of this.waiting.takeAll()) this.lose("dropped", each, why);
  }

  private dropExcess(): void {
    const { maxWaiting } = this.limits;
    for (const each of this.waiting.takeExcess(this.limits))
      this.lose("dropped", each, `Too much waited (max_waiting: ${maxWaiting}, or max_waiting_bytes).`);
  }

  private tooOld(): string {
    const seconds = this.limits.giveUpAfterMs / 1000;
    const { lastError } = this.record;
    const last = lastError === null ? "" : ` The last attempt: ${lastError}`;
    return `It could not be delivered within ${seconds} seconds (give_up_after).${last}`;
  }

  private lose(as: "failed" | "dropped", { notice }: Waiting, why: string): void {
    this.record.lost(as, notice, why);
  }

  private async closeSink(sink: Sink): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const tooLong = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, this.options.closeMs ?? 1000);
    });
    const failed = (error: unknown) => this.record.notClosed(error);
    await Promise.race([sink.close().catch(failed), tooLong]);
    clearTimeout(timer);
  }

  private pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const done = () => {
        clearTimeout(timer);
        this.wake = () => {};
        resolve();
      };
      const timer = setTimeout(done, ms);
      this.wake = done;
    });
  }
}
