import type { Engine } from "../engine/mod.ts";
import { ProtocolError } from "../protocol/mod.ts";
import type { StreamLimits } from "./limits.ts";
import { StreamHandle, type StreamHandleOptions } from "./stream-handle.ts";

/** How a stream is opened. */
export interface NewStream
  extends Pick<StreamHandleOptions, "engineOptions" | "settings" | "pictureSide" | "mask" | "zones"> {
  /** A name that its owner has chosen (see {@link isStreamName}). Default: `session_0`, `session_1` and so on. */
  readonly id?: string;
  /** Called once, when it is closed. */
  readonly onClosed?: () => void;
}

/** Whether a stream may be called so: a letter or digit, then up to 63 letters, digits, `-`, `_` and `.`. */
export function isStreamName(id: string): boolean {
  return /^[a-z0-9][\w.-]{0,63}$/i.test(id) && !id.startsWith("session_");
}

export interface StreamRegistryOptions extends Pick<StreamHandleOptions, "onFault"> {
  readonly engine: Engine;
  readonly limits: StreamLimits;
  /** Most streams that may be open at once. */
  readonly maxStreams: number;
}

/** The open streams of a server. It opens them, and it forgets each one when that is closed. */
export class StreamRegistry {
  private readonly streams = new Map<string, StreamHandle>();
  private opened = 0;

  constructor(private readonly options: StreamRegistryOptions) {}

  /** Number of streams that are open. */
  get size(): number {
    return this.streams.size;
  }

  /**
   * Whether no other stream can be opened: there are as many as allowed, or the engine's free places are all promised
   * to streams that have not begun to use theirs.
   */
  get isFull(): boolean {
    const { engine, maxStreams } = this.options;
    return this.size >= maxStreams || this.waiting >= engine.freeStreams;
  }

  /** The open streams, the oldest first. */
  [Symbol.iterator](): IterableIterator<StreamHandle> {
    return this.streams.values();
  }

  get(id: string): StreamHandle | undefined {
    return this.streams.get(id);
  }

  /**
   * Opens a stream. Where it has no name, its id begins with `session_`, because the protocol calls it a session.
   *
   * @throws {ProtocolError} `too_many_sessions`, or `stream_exists`; as `StreamHandle.update` does for settings
   * @throws {IngestError} `option_out_of_range` for a mask that is not valid
   */
  open({ id: name, onClosed: onOwnClosed, ...own }: NewStream = {}): StreamHandle {
    const { maxStreams: _, ...options } = this.options;
    if (name !== undefined && this.streams.has(name))
      throw new ProtocolError("stream_exists", `There is a stream ${name} already. Choose another name.`);
    if (this.isFull) {
      throw new ProtocolError(
        "too_many_sessions",
        `This server has ${this.size} sessions and no room for another one. Try again later.`,
      );
    }
    const id = name ?? `session_${this.opened++}`;
    const onClosed = () => {
      this.streams.delete(id);
      onOwnClosed?.();
    };
    const stream = new StreamHandle({ ...options, ...own, id, onClosed });
    this.streams.set(id, stream);
    return stream;
  }

  /** Number of streams for which the engine has not opened one yet. Each of them may still ask it to. */
  private get waiting(): number {
    return [...this].filter(({ state }) => state === "created").length;
  }
}
