import type { CloseReason } from "../../../src/protocol/fields.ts";
import type { ServerEvent } from "../../../src/protocol/server-events.ts";
import { ClientError, errorOf } from "../errors.ts";
import { isCalm, NO_STREAM, NOT_RESUMED, nextAfter, REPLACED } from "./endings.ts";
import { pauseMs, type RetryOptions } from "./pause.ts";
import type { ServerAddress } from "./server-address.ts";
import { OPEN, type SocketLike } from "./web-socket.ts";

/**
 * What a connection is doing.
 *
 * @example
 * session.on("state", ({ phase, retryInMs }) => phase === "waiting" && console.log(`again in ${retryInMs} ms`));
 */
export interface ConnectionState {
  /** `waiting`: the connection is gone, and is tried again in `retryInMs`; `closed`: for good. */
  readonly phase: "connecting" | "open" | "waiting" | "closed";
  /** Why there is no connection; null when nothing went wrong. */
  readonly error: ClientError | null;
  /** Time until the next attempt (ms); null when there is none. */
  readonly retryInMs: number | null;
}

/** Whoever speaks over a line. */
export interface Speaker {
  /** Parameters of `/v1/stream` for the next connection. */
  query(): Readonly<Record<string, string>>;
  event(event: ServerEvent): void;
  /** What there was on the server is gone. The next connection begins anew. */
  lost(): void;
  state(state: ConnectionState): void;
}

/** Errors after which trying again would only fail again. */
const HOPELESS: ReadonlySet<string> = new Set(["unauthorized", "forbidden", "unsupported"]);

/** A connection that held so long was a good one, and the next pause is short again (ms). */
const STEADY_MS = 5_000;

/** So often a stream that was there before is looked for, because a camera's is opened anew after a failure. */
const LOOKS_FOR_STREAM = 5;

/** Keeps one connection to a server: connects, tries again after a loss, and gives up where that is of no use. */
export class Line {
  state: ConnectionState = { phase: "connecting", error: null, retryInMs: null };
  private socket: SocketLike | null = null;
  private attempt = 0;
  private openedAtMs = 0;
  private wasOpen = false;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private readonly onOnline = () => this.state.phase === "waiting" && this.dial();

  constructor(
    private readonly server: ServerAddress,
    private readonly speaker: Speaker,
    private readonly retry: RetryOptions = {},
  ) {
    // A browser knows when its network is back. Node has no such event.
    (globalThis as { addEventListener?: (type: string, listener: () => void) => void }).addEventListener?.(
      "online",
      this.onOnline,
    );
  }

  /** Whether messages can be sent. */
  get isOpen(): boolean {
    return this.state.phase === "open" && this.socket?.readyState === OPEN;
  }

  /** Bytes that were given to the socket and are not sent yet. */
  get bufferedBytes(): number {
    return this.socket?.bufferedAmount ?? 0;
  }

  /** Connects. It is called once; later attempts are made without. */
  dial(): void {
    clearTimeout(this.timer);
    if (this.state.phase === "closed") return;
    this.tell({ phase: "connecting", error: this.state.error, retryInMs: null });
    this.server
      .socketOpener(this.speaker.query())
      .then((open) => {
        if (this.state.phase !== "closed") this.listen(open());
      })
      .catch((error) => this.failed(asClientError(error)));
  }

  /** Sends a message, unless there is no connection. Returns whether it was sent. */
  send(message: object): boolean {
    return this.sendData(JSON.stringify(message));
  }

  /** The same with what is sent as it is. */
  sendData(data: string | Blob | Uint8Array<ArrayBuffer>): boolean {
    if (!this.isOpen) return false;
    this.socket?.send(data);
    return true;
  }

  /** Ends it at once, for good. */
  stop(error: ClientError | null = null): void {
    if (this.state.phase === "closed") return;
    clearTimeout(this.timer);
    (
      globalThis as { removeEventListener?: (type: string, listener: () => void) => void }
    ).removeEventListener?.("online", this.onOnline);
    const { socket } = this;
    this.socket = null;
    this.tell({ phase: "closed", error, retryInMs: null });
    socket?.close(1000);
  }

  private listen(socket: SocketLike): void {
    this.socket = socket;
    let isGreeted = false;
    let reason: CloseReason | null = null;
    let problem: ClientError | null = null;
    // Its failure is followed by its close.
    socket.addEventListener("error", () => {});
    socket.addEventListener("message", ({ data }) => {
      if (this.socket !== socket || typeof data !== "string") return;
      const event = parsed(data);
      if (event === null) return this.stop(notOurs(data));
      const isGreeting = event.type === "session.created" || event.type === "session.resumed";
      if (isGreeting) {
        isGreeted = this.wasOpen = true;
        this.openedAtMs = performance.now();
        // Whoever gets the event may answer it. All others hear of the connection when it was taken.
        this.state = { phase: "open", error: null, retryInMs: null };
      } else if (event.type === "session.closed") reason = event.reason;
      else if (event.type === "error" && (event.error.fatal || !isGreeted)) problem = errorOf(event);
      // Before the greeting comes a refusal at most. It belongs to no session, and `state` tells it.
      if (!isGreeted) return;
      this.speaker.event(event);
      if (isGreeting && this.isOpen) this.tell(this.state);
    });
    socket.addEventListener("close", ({ code }) => {
      if (this.socket !== socket) return;
      this.socket = null;
      this.ended(code, reason, problem, isGreeted);
    });
  }

  private ended(
    code: number,
    reason: CloseReason | null,
    problem: ClientError | null,
    wasGreeted: boolean,
  ): void {
    if (wasGreeted && performance.now() - this.openedAtMs > STEADY_MS) this.attempt = 0;
    let next = nextAfter(code, reason);
    if (code === NO_STREAM && this.wasOpen && this.attempt < LOOKS_FOR_STREAM) next = "again";
    const why = problem ?? closedBy(code, reason);
    if (next === "over") {
      this.stop(isCalm(code, reason) ? null : why);
      return;
    }
    if (next === "anew") this.speaker.lost();
    if (this.state.phase === "closed") return;
    if (code === NOT_RESUMED) this.dial();
    else if (wasGreeted || problem !== null) this.wait(why);
    else
      this.server.whyRefused().then(
        (refused) => this.failed(refused),
        (error) => this.failed(asClientError(error)),
      );
  }

  private failed(error: ClientError): void {
    if (this.state.phase === "closed") return;
    if (HOPELESS.has(String(error.code))) this.stop(error);
    else this.wait(error);
  }

  private wait(error: ClientError): void {
    if (this.state.phase === "closed") return;
    const retryInMs = pauseMs(this.attempt++, this.retry);
    this.timer = setTimeout(() => this.dial(), retryInMs);
    this.tell({ phase: "waiting", error, retryInMs });
  }

  private tell(state: ConnectionState): void {
    this.state = state;
    this.speaker.state(state);
  }
}

function closedBy(code: number, reason: CloseReason | null): ClientError {
  if (reason !== null)
    return new ClientError(reason, `The session has ended: ${reason.replaceAll("_", " ")}.`);
  if (code === REPLACED)
    return new ClientError("replaced", "The session was resumed by another client, and goes on there.");
  return new ClientError("connection_lost", `The connection to the server was lost (${code}).`);
}

/** Null when it is not an event. */
function parsed(text: string): ServerEvent | null {
  try {
    const event = JSON.parse(text) as ServerEvent | null;
    return typeof event?.type === "string" ? event : null;
  } catch {
    return null;
  }
}

function notOurs(text: string): ClientError {
  return new ClientError(
    "bad_answer",
    `What answers is not a thinkalong server. It sent: ${text.slice(0, 100)}`,
  );
}

function asClientError(error: unknown): ClientError {
  return error instanceof ClientError
    ? error
    : new ClientError("connection_failed", `There is no connection: ${String(error)}`, { cause: error });
}
