import type { Engine } from "../engine/mod.ts";
import { ProtocolError } from "../protocol/mod.ts";
import type { StreamLimits } from "./limits.ts";
import { StreamHandle, type StreamHandleOptions } from "./stream-handle.ts";

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

  get isFull(): boolean {
    return this.streams.size >= this.options.maxStreams;
  }

  /** The open streams, the oldest first. */
  [Symbol.iterator](): IterableIterator<StreamHandle> {
    return this.streams.values();
  }

  get(id: string): StreamHandle | undefined {
    return this.streams.get(id);
  }

  /**
   * Opens a stream. Its id begins with `session_`, because the protocol calls it a session.
   *
   * @throws {ProtocolError} `too_many_sessions`
   */
  open(): StreamHandle {
    const { maxStreams, ...options } = this.options;
    if (this.isFull) {
      throw new ProtocolError(
        "too_many_sessions",
        `All ${maxStreams} sessions of this server are taken. Try again later.`,
      );
    }
    const id = `session_${this.opened++}`;
    const stream = new StreamHandle({ ...options, id, onClosed: () => this.streams.delete(id) });
    this.streams.set(id, stream);
    return stream;
  }
}
