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
   * Opens a stream. Its id begins with `session_`, because the protocol calls it a session.
   *
   * @throws {ProtocolError} `too_many_sessions`
   */
  open(): StreamHandle {
    const { maxStreams: _, ...options } = this.options;
    if (this.isFull) {
      throw new ProtocolError(
        "too_many_sessions",
        `This server has ${this.size} sessions and no room for another one. Try again later.`,
      );
    }
    const id = `session_${this.opened++}`;
    const stream = new StreamHandle({ ...options, id, onClosed: () => this.streams.delete(id) });
    this.streams.set(id, stream);
    return stream;
  }

  /** Number of streams for which the engine has not opened one yet. Each of them may still ask it to. */
  private get waiting(): number {
    return [...this].filter(({ state }) => state === "created").length;
  }
}
