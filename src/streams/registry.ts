import type { Engine } from "../engine/mod.ts";
import { ProtocolError } from "../protocol/mod.ts";
import type { StreamLimits } from "./limits.ts";
import { StreamHandle, type StreamHandleOptions } from "./stream-handle.ts";

export interface StreamRegistryOptions extends Pick<StreamHandleOptions, "onFault"> {
  readonly engine: Engine;
  readonly limits: StreamLimits;
  /** Streams at a time. */
  readonly maxStreams: number;
}

/** The streams of a server: opens them, knows them until they are closed, and is the one place that counts them. */
export class StreamRegistry {
  private readonly streams = new Map<string, StreamHandle>();
  private opened = 0;

  constructor(private readonly options: StreamRegistryOptions) {}

  /** Streams that are open. */
  get size(): number {
    return this.streams.size;
  }

  get isFull(): boolean {
    return this.streams.size >= this.options.maxStreams;
  }

  /** The streams that are open, the oldest first. */
  [Symbol.iterator](): IterableIterator<StreamHandle> {
    return this.streams.values();
  }

  get(id: string): StreamHandle | undefined {
    return this.streams.get(id);
  }

  /**
   * Opens a stream; it is forgotten when it is closed. The protocol calls it a session, hence its id.
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
