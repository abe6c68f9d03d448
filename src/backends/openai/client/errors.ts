/** Every way in which a remote model can fail. */
export type RemoteErrorCode =
  /** No host of that name, nothing listens there, or the connection broke. */
  | "remote_unreachable"
  /** The key is wrong, missing, or may not do this. */
  | "remote_refused"
  | "remote_model_missing"
  /** The model, or the server as it was started, takes no pictures. */
  | "remote_no_images"
  /** More pictures in one prompt than the server allows. */
  | "remote_too_many_images"
  | "remote_context_too_short"
  /** Too many requests, or the model is still being loaded. */
  | "remote_busy"
  /** The server reported a fault of its own, or refused the request. */
  | "remote_failed"
  /** The answer ended in the middle. */
  | "remote_cut"
  /** A time-out. */
  | "remote_slow"
  /** What the server sent is not what an OpenAI-compatible server sends. */
  | "remote_nonsense"
  /** A limit that the user has set on calls or tokens a minute. */
  | "over_budget";

export interface RemoteErrorOptions {
  readonly cause?: unknown;
  /** Whether the same request may succeed a little later, or on another server; default: false. */
  readonly passing?: boolean;
  /** How long to wait before the next try (ms), where it is known. */
  readonly retryAfterMs?: number | null;
  /** HTTP status, where the server sent one. */
  readonly status?: number | null;
  /** What the server said of it, without secrets; empty when it said nothing. */
  readonly said?: string;
}

/** A request to a remote model failed. The message says what was wrong and what to do; it never holds a key. */
export class RemoteError extends Error {
  override readonly name = "RemoteError";
  readonly code: RemoteErrorCode;
  /** Whether the same request may succeed a little later, or on another server. */
  readonly passing: boolean;
  /** How long to wait before the next try (ms); null: not known. */
  readonly retryAfterMs: number | null;
  /** HTTP status; null: the server sent none. */
  readonly status: number | null;
  /** What the server said of it, without secrets; empty when it said nothing. */
  readonly said: string;

  constructor(code: RemoteErrorCode, message: string, options: RemoteErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.passing = options.passing ?? false;
    this.retryAfterMs = options.retryAfterMs ?? null;
    this.status = options.status ?? null;
    this.said = options.said ?? "";
  }
}
