/** What is held of a stream for those who come late; see `EventLog`. */
export interface LogLimits {
  /** Bytes of a stream's events, as JSON. */
  readonly maxLogBytes: number;
  /** Longest time that an event is held (ms). */
  readonly maxLogAgeMs: number;
}

/** The defaults: of a busy street at two thoughts a second, 1 MiB is some five minutes. */
export const LOG_LIMITS: LogLimits = { maxLogBytes: 1024 * 1024, maxLogAgeMs: 10 * 60_000 };

/** What is taken of one stream; the server's configuration decides it. */
export interface StreamLimits extends LogLimits {
  /** Frames a second that are looked at; the model's own rate is another bound. */
  readonly maxFps: number;
  readonly maxFrameBytes: number;
  readonly maxFramePixels: number;
  /** Frames that may wait for vision. */
  readonly maxInflight: number;
  /** Time without any message of its client (ms) after which a session ends. */
  readonly idleTimeoutMs: number;
}
