import { EngineError } from "../engine/mod.ts";
import { IngestError } from "../ingest/mod.ts";
import { ProtocolError, type ServerEvent, type SourceState } from "../protocol/mod.ts";
import {
  CAMERA_PICTURE_SIDE,
  type NewStream,
  type Source,
  type StreamHandle,
  type StreamRegistry,
  toProblem,
} from "../streams/mod.ts";
import { type CameraEntry, settingsOf } from "./camera-schema.ts";
import { continued, type StreamBefore, streamBefore } from "./continued.ts";

/** How long to wait before a camera whose stream has failed is opened again. */
export interface ReopenWaits {
  /** Before the first attempt (ms); twice as long before each further one. Default: 1000. */
  readonly firstMs?: number;
  /** The longest wait (ms). A stream that lived longer than that has not failed again. Default: 30 000. */
  readonly mostMs?: number;
}

export interface CameraOptions {
  readonly name: string;
  readonly entry: CameraEntry;
  readonly streams: StreamRegistry;
  readonly sourceOf: (entry: CameraEntry) => Source;
  readonly waits?: ReopenWaits | undefined;
  /** Told when its stream has failed, and what is done about it; once for each reason. */
  readonly onTrouble: (message: string) => void;
  /** Told of a fault of the server itself. */
  readonly onFault: (error: unknown) => void;
}

/** Where a camera is: where its source is, or why there is none. */
export interface CameraStatus {
  /** `disabled`: it is not to be opened. `refused`: its settings are not those of a stream of this server. */
  readonly state: SourceState | "disabled" | "refused";
  /** For people; null: there is nothing to say. */
  readonly message: string | null;
  /** How often its stream was opened anew. */
  readonly restarts: number;
}

/**
 * A camera that is to be watched: a stream under its name, with its source. When the stream fails, another one is opened
 * under the same name. Its events are numbered on, its media time goes on, and what was not seen is told as a gap.
 */
export class Camera {
  private current: CameraEntry;
  /** The newest stream, also when it has ended; null before the first. */
  private newest: StreamHandle | null = null;
  /** The stream that is open. */
  private live: StreamHandle | null = null;
  private before: StreamBefore | null = null;
  private where: Omit<CameraStatus, "restarts"> = { state: "disabled", message: null };
  private restarts = -1;
  private failures = 0;
  private openedAtMs = 0;
  private failure: string | null = null;
  private told: string | null = null;
  private isCompleted = false;
  private waiting: NodeJS.Timeout | undefined;

  constructor(private readonly options: CameraOptions) {
    this.current = options.entry;
    const past = options.streams.past(options.name);
    this.before = past && streamBefore(past);
  }

  get entry(): CameraEntry {
    return this.current;
  }

  get status(): CameraStatus {
    const { state, message } = this.where;
    // A source need not tell that its first picture has come.
    const isLive = state === "connecting" && this.live !== null && this.live.newestFrame !== null;
    return { state: isLive ? "live" : state, message, restarts: Math.max(0, this.restarts) };
  }

  /** Its stream. One that has ended is still there for those who read its log, until the next one is opened. */
  get stream(): StreamHandle | null {
    return this.newest;
  }

  /** Whether no other stream follows unless its entry is changed. */
  get isOver(): boolean {
    return this.live === null && this.waiting === undefined;
  }

  /** Opens its stream, unless it is disabled. */
  start(): void {
    if (this.entry.enabled === false) this.where = { state: "disabled", message: null };
    else this.open();
  }

  /** Ends its stream and opens another one with other settings. */
  change(entry: CameraEntry): void {
    this.close("going_away", "Its settings were changed.");
    this.current = entry;
    this.failures = 0;
    this.start();
  }

  /** Takes no more pictures. Resolves when what was seen has been thought about. */
  drain(): Promise<void> {
    clearTimeout(this.waiting);
    this.waiting = undefined;
    const { live } = this;
    if (live === null) return Promise.resolve();
    return new Promise((resolve) => {
      live.log.from(live.log.newest).subscribe({ complete: resolve });
      live.end();
    });
  }

  /** Ends its stream at once. */
  close(reason: "completed" | "going_away", why = "It was closed."): void {
    clearTimeout(this.waiting);
    this.waiting = undefined;
    const { live } = this;
    this.live = null;
    if (live === null) return;
    this.remember(live, why);
    live.close(reason);
  }

  private open(): void {
    const { name, streams, sourceOf } = this.options;
    this.waiting = undefined;
    this.failure = null;
    this.isCompleted = false;
    this.openedAtMs = performance.now();
    this.restarts++;
    this.where = { state: "connecting", message: null };
    try {
      const { mask, zones } = this.entry;
      const stream = streams.open({
        id: name,
        kind: "camera",
        pictureSide: CAMERA_PICTURE_SIDE,
        ...(mask && { mask }),
        ...(zones && { zones }),
        settings: settingsOf(this.entry),
        ...this.goesOnFrom(),
      });
      this.newest = stream;
      this.live = stream;
      stream.log.from(null).subscribe({
        next: (entry) => "event" in entry && this.take(entry.event),
        complete: () => this.closed(stream),
      });
      const source = sourceOf(this.entry);
      stream.feed(this.before === null ? source : continued(source, this.before));
    } catch (error) {
      this.failed(error);
    }
  }

  /** The stream before; without one, the registry may know of one of an earlier server. */
  private goesOnFrom(): Pick<NewStream, "firstEvent" | "counts" | "recap" | "latest"> {
    if (this.newest === null) return {};
    const { standing, latest } = this.newest;
    const { nextEvent: firstEvent, counts, recap } = standing;
    return { firstEvent, counts, recap, latest };
  }

  private take(event: ServerEvent): void {
    if (event.type === "stream.state") this.where = { state: event.state, message: event.message };
    if (event.type === "error" && event.error.fatal) this.failure = event.error.message;
    if (event.type === "session.closed") this.isCompleted = event.reason === "completed";
  }

  /** A stream has ended that was not closed here. */
  private closed(stream: StreamHandle): void {
    if (this.live !== stream) return;
    this.live = null;
    this.remember(stream, `Its stream was opened again. ${this.failure ?? ""}`.trim());
    if (this.isCompleted) this.where = { state: "ended", message: "The video has ended." };
    else this.openLater(this.failure ?? "Its stream has ended.");
  }

  private failed(error: unknown): void {
    const { code, message } = toProblem(error);
    if (code === "internal_error") this.options.onFault(error);
    const { live } = this;
    this.live = null;
    live?.close("failed");
    const isRoomMissing = code === "too_many_sessions" || code === "stream_exists";
    const isFinal = error instanceof ProtocolError ? !isRoomMissing : isRefusal(error);
    if (isFinal) this.giveUp(message);
    else this.openLater(message);
  }

  private giveUp(why: string): void {
    this.where = { state: "refused", message: why };
    this.tell(`${why} It is not opened until that is changed.`);
  }

  private openLater(why: string): void {
    const { firstMs = 1000, mostMs = 30_000 } = this.options.waits ?? {};
    if (performance.now() - this.openedAtMs > mostMs) this.failures = 0;
    const waitMs = Math.min(mostMs, firstMs * 2 ** this.failures++);
    this.where = { state: "reconnecting", message: `${why} It is opened again soon.` };
    this.tell(`${why} It is opened again, as often as it takes.`);
    this.waiting = setTimeout(() => this.open(), waitMs).unref();
  }

  /** The same reason is told once, however often a camera fails. */
  private tell(message: string): void {
    if (this.told !== message) this.options.onTrouble(message);
    this.told = message;
  }

  private remember({ newestFrame }: StreamHandle, why: string): void {
    if (newestFrame !== null)
      this.before = { lastMs: newestFrame.mediaTimeMs, lastAtMs: newestFrame.arrivedAtMs, why };
    else if (this.before !== null) this.before = { ...this.before, why };
  }
}

/** Whether the settings of a stream are refused, so that trying again would not help. */
function isRefusal(error: unknown): boolean {
  return (
    (error instanceof EngineError || error instanceof IngestError) && error.code === "option_out_of_range"
  );
}
