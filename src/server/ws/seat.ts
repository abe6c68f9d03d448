import type { Problem } from "../../streams/mod.ts";
import type { MessageBudget } from "./message-gate.ts";
import type { Session } from "./session.ts";
import type { Listener } from "./session-feed.ts";

/**
 * A session and its place on the server. It decides what becomes of the session when its socket is gone. Several sockets
 * may have it, one after the other; a call for one that no longer has it does nothing.
 */
export interface Seat {
  readonly session: Session;
  /** What its sockets may send, all of them together. */
  readonly budget: MessageBudget;
  /**
   * A socket takes the place, of another one if need be, and gets its events.
   *
   * @param after number of the last event of the log that its client has; null: none
   */
  attach(listener: Listener, after: number | null): void;
  /** The client has sent something. */
  heard(): void;
  /** The socket is lost, or cannot go on because of this problem, which its client is told. */
  lost(listener: Listener, problem?: Problem): void;
  /** The client has closed the socket on purpose. */
  left(listener: Listener): void;
}
