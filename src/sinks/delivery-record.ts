import type { Logger } from "pino";
import type { DeliveryError } from "./delivery-error.ts";
import type { Notice } from "./sink.ts";

/** What has become of the notices of one sink: its counts, and its lines in the log. */
export class DeliveryRecord {
  readonly counts = { delivered: 0, failed: 0, dropped: 0 };
  private why: string | null = null;

  /** @param name of the sink */
  constructor(
    private readonly name: string,
    private readonly log: Logger,
  ) {}

  /** Why the last attempt failed; null when it did not. */
  get lastError(): string | null {
    return this.why;
  }

  /** @param waiting how many wait now */
  delivered(waiting: number): void {
    this.counts.delivered++;
    if (this.why !== null) this.log.info({ sink: this.name, waiting }, "a sink delivers again");
    this.why = null;
  }

  /** An attempt has failed. The same failure is told once, however often it happens in a row. */
  attemptFailed({ message, failure }: DeliveryError, waiting: number): void {
    if (message !== this.why) {
      const next = failure === "passing" ? " It is tried again." : "";
      this.log.warn({ sink: this.name, waiting }, `A sink could not be delivered to. ${message}${next}`);
    }
    this.why = message;
  }

  /** A dead letter: the whole event, so that it can still be found. */
  lost(as: "failed" | "dropped", { id, stream, heardAtMs, event }: Notice, why: string): void {
    this.counts[as]++;
    const heard_at = new Date(heardAtMs).toISOString();
    this.log.warn(
      { sink: this.name, notice: id, why, stream, heard_at, event },
      "dead letter: a notice was not delivered",
    );
  }

  disabled(why: string): void {
    this.log.warn(
      { sink: this.name },
      `${why} Nothing more is sent there until SIGHUP or the next start. Take the sink out of the config file, or give its new address.`,
    );
  }

  notClosed(err: unknown): void {
    this.log.warn({ sink: this.name, err }, "a sink did not close");
  }
}
