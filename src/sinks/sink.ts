import type { ServerEvent } from "../protocol/mod.ts";
import type { StreamKind } from "../streams/mod.ts";

/** What a sink is told: an event of a stream, with when it was heard. */
export interface Notice {
  readonly stream: string;
  readonly kind: StreamKind;
  readonly event: ServerEvent;
  readonly number: number;
  /** ms since 1970 */
  readonly heardAtMs: number;
  /** Unique for ever: stream + event id + start of the stream. */
  readonly id: string;
}

export interface Sink {
  readonly name: string;
  /** Delivers one notice; rejects when it could not be. */
  deliver(notice: Notice, signal: AbortSignal): Promise<void>;
  close(): Promise<void>;
}
