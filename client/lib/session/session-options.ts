import type { SessionSettings } from "../../../src/protocol/client-messages.ts";
import type { CloseReason } from "../../../src/protocol/fields.ts";
import type {
  ServerEvent,
  ServerEventOf,
  ServerEventType,
  SessionTotals,
} from "../../../src/protocol/server-events.ts";
import type { ClientError } from "../errors.ts";
import type { ConnectionState } from "../server/line.ts";
import type { RetryOptions } from "../server/pause.ts";
import type { SkippedFrame } from "./frame-queue.ts";

/**
 * How a session is opened.
 *
 * @example
 * await server.connect({ settings: { fps: 2, temperature: 0 } });
 */
export interface SessionOptions {
  /** Id of a stream to watch, such as `door`. Default: a session of one's own, to which one sends video. */
  readonly stream?: string;
  /** Name of one's own session, such as `door`, under which others watch it. Default: the server gives it one. */
  readonly name?: string;
  /** Of a stream that is watched: id of the last event that one has. Default: all that the server still holds comes first. */
  readonly after?: string;
  /** Settings of one's own session, from its beginning on. Where they are refused, an `error` event says why. */
  readonly settings?: SessionSettings;
  /** Pauses between attempts to connect again. */
  readonly retry?: RetryOptions;
  /** Checks each event, and throws when it is wrong. Default: the server is believed. */
  readonly validate?: (event: ServerEvent) => void;
  /** Most events that may wait for a `for await` over the session; default 10000. */
  readonly mostWaitingEvents?: number;
}

/**
 * How a session ended.
 *
 * @example
 * const { reason, error } = await session.closed;
 */
export interface SessionEnd {
  /** Of `session.closed`; null when the connection ended without it. */
  readonly reason: CloseReason | null;
  readonly totals: SessionTotals | null;
  /** Why it ended; null when it was wanted. */
  readonly error: ClientError | null;
}

/** What one can hear of a session: each type of event, and `event`, `state`, `skipped`. */
export type SessionHears = { readonly [T in ServerEventType]: ServerEventOf<T> } & {
  /** Every event. */
  readonly event: ServerEvent;
  /** The connection has come, is lost, or is closed. */
  readonly state: ConnectionState;
  /** A picture was not sent. */
  readonly skipped: SkippedFrame;
};
