import type { Engine } from "../engine/mod.ts";
import { ProtocolError, type SessionSettings } from "../protocol/mod.ts";
import type { StreamLimits } from "./limits.ts";
import { LockableSettings } from "./settings.ts";
import { StreamHandle, type StreamHandleOptions } from "./stream-handle.ts";
import type { StreamKind, StreamListener } from "./stream-listener.ts";
import type { StreamPast } from "./stream-past.ts";

/** How a stream is opened. */
export interface NewStream
  extends Pick<
    StreamHandleOptions,
    | "engineOptions"
    | "settings"
    | "kind"
    | "firstEvent"
    | "counts"
    | "recap"
    | "latest"
    | "pictureSide"
    | "mask"
    | "zones"
  > {
  /** A name that its owner has chosen (see {@link isStreamName}). Default: `session_0`, `session_1` and so on. */
  readonly id?: string;
  /** Called once, when it is closed. */
  readonly onClosed?: () => void;
}

/** Whether a stream may be called so: a letter or digit, then up to 63 letters, digits, `-`, `_` and `.`. */
export function isStreamName(id: string): boolean {
  return /^[a-z0-9][\w.-]{0,63}$/i.test(id) && !id.startsWith("session_");
}

export interface StreamRegistryOptions {
  readonly engine: Engine;
  readonly limits: StreamLimits;
  /** Most sessions that may be open at once. */
  readonly maxStreams: number;
  /** Most cameras that may be open at once, beside the sessions. Default: none. */
  readonly maxCameras?: number;
  /** Whether a name is kept for a camera, also while that has no stream. Default: none is. */
  readonly isCamera?: (name: string) => boolean;
  /** Where the last stream of a name stood, of this server or of an earlier one; null, the default: nothing is known. */
  readonly past?: (name: string) => StreamPast | null;
  /** Hear of each stream that is opened, in this order. Default: none. */
  readonly listeners?: readonly StreamListener[];
  /** Told of a fault, as `StreamHandleOptions.onFault` is, and of the stream that has it. Default: the error is thrown. */
  readonly onFault?: (error: unknown, what: string, stream: Pick<StreamHandle, "id" | "kind">) => void;
}

/** The open streams of a server. It opens them, and it forgets each one when that is closed. */
export class StreamRegistry {
  private readonly streams = new Map<string, StreamHandle>();
  private opened = 0;

  constructor(private readonly options: StreamRegistryOptions) {}

  /** Number of sessions that are open. Cameras are not counted. */
  get size(): number {
    return this.count("session");
  }

  /** Whether no other session can be opened. */
  get isFull(): boolean {
    return !this.hasRoomFor("session");
  }

  /** How many streams of the engine are neither in use nor promised to a session or camera that has not begun. */
  get spare(): number {
    return this.options.engine.freeStreams - this.waiting;
  }

  /** How many cameras may be open at once, as far as the engine has room for them beside what is open now. */
  get maxCameras(): number {
    const { maxCameras = 0 } = this.options;
    return Math.min(maxCameras, this.count("camera") + this.spare);
  }

  /** The open streams, the oldest first. */
  [Symbol.iterator](): IterableIterator<StreamHandle> {
    return this.streams.values();
  }

  get(id: string): StreamHandle | undefined {
    return this.streams.get(id);
  }

  /** Where the last stream of a name stood; null: nothing is known of it. */
  past(name: string): StreamPast | null {
    return this.options.past?.(name) ?? null;
  }

  /**
   * Opens a stream. Where it has no name, its id begins with `session_`, because the protocol calls it a session. One that
   * has a name goes on from the last one of that name, as far as something is known of that: numbers of events, counts
   * and recap. Cameras and sessions take no places of each other.
   *
   * @throws {ProtocolError} `too_many_sessions`, or `stream_exists`; as `StreamHandle.update` does for settings
   * @throws {IngestError} `option_out_of_range` for a mask that is not valid
   */
  open({ id: name, onClosed: onOwnClosed, ...own }: NewStream = {}): StreamHandle {
    const { engine, limits, listeners = [], isCamera = () => false, onFault } = this.options;
    const isKept = name !== undefined && own.kind !== "camera" && isCamera(name);
    if (name !== undefined && (isKept || this.streams.has(name)))
      throw new ProtocolError("stream_exists", `There is a stream ${name} already. Choose another name.`);
    if (!this.hasRoomFor(own.kind ?? "session")) {
      throw new ProtocolError(
        "too_many_sessions",
        `This server has ${this.count(own.kind ?? "session")} ${own.kind ?? "session"}s and no room for another one. Try again later.`,
      );
    }
    const id = name ?? `session_${this.opened++}`;
    const onClosed = () => {
      this.streams.delete(id);
      onOwnClosed?.();
    };
    const past = name === undefined ? null : this.past(name);
    const before = past && { firstEvent: past.nextEvent, counts: past.counts, recap: past.recap };
    const stream = new StreamHandle({
      ...{ engine, limits, ...before, ...own, id, onClosed },
      ...(onFault && { onFault: (error, what) => onFault(error, what, stream) }),
    });
    this.streams.set(id, stream);
    for (const listen of listeners) listen(stream);
    return stream;
  }

  /**
   * Checks settings as `open` does, and opens nothing.
   *
   * @throws {ProtocolError} `out_of_range` or `unsupported_parameter`
   */
  check(settings: SessionSettings): void {
    new LockableSettings(this.options.engine.model, this.options.limits).update(settings);
  }

  /**
   * Whether another stream of a kind can be opened: there are not as many as allowed, and the engine's free places are
   * not all promised to streams that have not begun to use theirs.
   */
  private hasRoomFor(kind: StreamKind): boolean {
    const { maxStreams, maxCameras = 0 } = this.options;
    const most = kind === "session" ? maxStreams : maxCameras;
    return this.count(kind) < most && this.spare > 0;
  }

  private count(kind: StreamKind): number {
    return [...this].filter((stream) => stream.kind === kind).length;
  }

  /** Number of streams for which the engine has not opened one yet. Each of them may still ask it to. */
  private get waiting(): number {
    return [...this].filter(({ state }) => state === "created").length;
  }
}
