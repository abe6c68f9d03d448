import type { Subscription } from "rxjs";
import {
  asideEvent,
  errorEvent,
  eventIdOf,
  type ServerEvent,
  type UnnumberedEvent,
} from "../../../protocol/mod.ts";
import type { Gap, LogEntry, Numbered, StreamHandle } from "../../../streams/mod.ts";
import type { Client } from "../../auth/client.ts";
import type { Limits } from "../../limits.ts";
import { sseMessage } from "./sse.ts";

/** After how long a client should connect again (ms), which browsers do by themselves. */
const RETRY_MS = 2_000;

export interface EventReaderOptions {
  readonly stream: StreamHandle;
  /** Number of the last event that the client has; null: it wants all that are held. */
  readonly after: number | null;
  /** Events after that one which the log no longer holds and others do, in their order. */
  readonly earlier?: readonly Numbered<ServerEvent>[];
  /** Whoever reads. It is ended when its token is withdrawn. */
  readonly client: Pick<Client, "lost">;
  readonly limits: Limits;
  /** Cuts the connection off. */
  readonly cutOff: () => void;
}

/**
 * One client that reads the events of a stream as server-sent events, until the stream or the client ends. A client that
 * does not read is cut off. It can connect again and go on where it was.
 */
export class EventReader {
  /** What goes to the client. */
  readonly body: ReadableStream<Uint8Array>;
  /** Resolves when nothing more goes to it. */
  readonly ended: Promise<void>;
  private controller!: ReadableStreamDefaultController<Uint8Array>;
  private readonly text = new TextEncoder();
  private readonly heartbeat: NodeJS.Timeout;
  private subscription: Subscription | null = null;
  /** Number of the next event of the log that the client gets. */
  private next = 0;
  private asides = 0;
  private isEnded = false;
  private resolveEnded!: () => void;

  constructor(private readonly options: EventReaderOptions) {
    const { stream, after, limits, earlier = [] } = options;
    this.ended = new Promise((resolve) => {
      this.resolveEnded = resolve;
    });
    this.body = new ReadableStream<Uint8Array>(
      {
        start: (controller) => {
          this.controller = controller;
        },
        cancel: () => this.stop(),
      },
      // What is held comes at once, so a client may be behind by that.
      { highWaterMark: limits.maxBufferedBytes + limits.maxLogBytes, size: ({ byteLength }) => byteLength },
    );
    this.heartbeat = setInterval(() => {
      this.endLost();
      this.write(":\n\n");
    }, limits.heartbeatMs).unref();
    this.write(`retry: ${RETRY_MS}\n\n`);
    const { newest } = stream.log;
    this.next = (after ?? -1) + 1;
    // An id that the stream has not given yet is from before the server was started. Nobody can tell what came since.
    const isUnknown = after !== null && after > (newest ?? -1);
    if (isUnknown) {
      this.gap({ type: "gap", after, upTo: after });
      this.next = 0;
    }
    if (!isUnknown) for (const entry of earlier) this.takeEarlier(entry);
    const from = earlier.length > 0 && !isUnknown ? this.next - 1 : after;
    this.subscription = stream.log.from(isUnknown ? null : from).subscribe({
      next: (entry) => this.take(entry, isUnknown),
      complete: () => this.end(),
    });
    if (this.isEnded) this.subscription.unsubscribe();
  }

  /** Announces that the connection will be ended after this time (ms). */
  goAway(timeLeftMs: number): void {
    this.say({ type: "session.going_away", time_left_ms: timeLeftMs });
  }

  /** Ends it when the client's token has expired, was withdrawn or allows other things now. */
  endLost(): void {
    const lost = this.options.client.lost();
    if (lost === null) return;
    this.say(errorEvent({ ...lost, fatal: true }));
    this.end();
  }

  /** The stream that it reads. */
  get stream(): string {
    return this.options.stream.id;
  }

  /** Ends it, once the client has read what waits for it. */
  end(): void {
    if (this.isEnded) return;
    this.controller.close();
    this.stop();
  }

  /** What lies between two of these is gone. */
  private takeEarlier({ number, event }: Numbered<ServerEvent>): void {
    if (number > this.next)
      this.gap({ type: "gap", after: this.next === 0 ? null : this.next - 1, upTo: number - 1 });
    this.next = number + 1;
    this.write(sseMessage(event));
  }

  private take(entry: LogEntry, isGapTold: boolean): void {
    if ("event" in entry) {
      this.next = entry.number + 1;
      this.write(sseMessage(entry.event));
    } else if (!isGapTold) this.gap(entry);
  }

  private gap({ after, upTo }: Gap): void {
    this.next = upTo + 1;
    this.say({
      type: "session.gap",
      after: after === null ? null : eventIdOf(after),
      up_to: eventIdOf(upTo),
    });
  }

  /** An event for this client alone. Whoever goes on after it gets all that follows. */
  private say(event: UnnumberedEvent): void {
    this.write(sseMessage(asideEvent(this.next, ++this.asides, event)));
  }

  private write(text: string): void {
    if (this.isEnded) return;
    this.controller.enqueue(this.text.encode(text));
    if ((this.controller.desiredSize ?? 0) >= 0) return;
    this.options.cutOff();
    this.stop();
  }

  private stop(): void {
    if (this.isEnded) return;
    this.isEnded = true;
    clearInterval(this.heartbeat);
    this.subscription?.unsubscribe();
    this.resolveEnded();
  }
}
