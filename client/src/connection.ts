import { encodeFrameHeader } from "../../src/protocol/binary-frame.ts";
import type { ClientMessage } from "../../src/protocol/client-messages.ts";
import type { ServerEvent } from "../../src/protocol/server-events.ts";

/** `idle`: the server has ended an unused session; `restart` begins another. */
export type ConnectionState = "connecting" | "open" | "waiting" | "idle";

export interface ConnectionHandlers {
  event(event: ServerEvent): void;
  /** `detail` says in words what is going on, for the status. */
  state(state: ConnectionState, detail: string): void;
}

const IDLE = 4408;
const FULL = 4429;
const FIRST_RETRY_MS = 500;
const LAST_RETRY_MS = 10_000;

/** A connection to /v1/stream that comes back by itself, with growing pauses; each connection is a new session. */
export class Connection {
  private readonly handlers: ConnectionHandlers;
  private socket: WebSocket | null = null;
  private retryMs = FIRST_RETRY_MS;
  private retry: number | undefined;

  constructor(handlers: ConnectionHandlers) {
    this.handlers = handlers;
    addEventListener("online", () => this.socket === null && this.restart());
  }

  get isOpen(): boolean {
    return this.socket?.readyState === WebSocket.OPEN;
  }

  /** Bytes that the browser has not sent yet. */
  get bufferedBytes(): number {
    return this.socket?.bufferedAmount ?? 0;
  }

  /** Leaves the session there is, if any, and begins a new one. */
  restart(): void {
    clearTimeout(this.retry);
    const left = this.socket;
    this.socket = null;
    left?.close(1000);
    this.connect();
  }

  send(message: ClientMessage): boolean {
    if (!this.isOpen) return false;
    this.socket?.send(JSON.stringify(message));
    return true;
  }

  /** Sends a picture; `captureTimeMs` is its media time. */
  sendFrame(image: Blob, seq: number, captureTimeMs: number): void {
    if (this.isOpen) this.socket?.send(new Blob([encodeFrameHeader({ seq, captureTimeMs }), image]));
  }

  private connect(): void {
    this.handlers.state("connecting", "connecting …");
    const url = new URL("v1/stream", location.href);
    url.protocol = url.protocol === "https:" ? "wss:" : "ws:";
    const socket = new WebSocket(url);
    this.socket = socket;
    socket.addEventListener("message", ({ data }) => {
      if (this.socket !== socket || typeof data !== "string") return;
      const event = JSON.parse(data) as ServerEvent;
      if (event.type === "session.created") {
        this.retryMs = FIRST_RETRY_MS;
        this.handlers.state("open", "connected");
      }
      this.handlers.event(event);
    });
    socket.addEventListener("close", ({ code }) => {
      // Left on purpose: another socket is there already.
      if (this.socket !== socket) return;
      this.socket = null;
      this.closed(code);
    });
  }

  private closed(code: number): void {
    if (code === IDLE) {
      this.handlers.state("idle", "resting – choose a video to go on");
      return;
    }
    const why = code === FULL ? "the server is full" : "the server is gone";
    const seconds = Math.ceil(this.retryMs / 1000);
    this.handlers.state("waiting", `${why}; trying again in ${seconds} s`);
    this.retry = window.setTimeout(() => this.restart(), this.retryMs);
    this.retryMs = Math.min(2 * this.retryMs, LAST_RETRY_MS);
  }
}
