import type { ProtocolErrorCode } from "./errors.ts";

/** A message of a client could not be taken, or its session cannot go on. */
export class ProtocolError extends Error {
  override readonly name = "ProtocolError";
  readonly code: ProtocolErrorCode;
  /** Path of the field that was wrong, such as `session.fps`; null when no field was. */
  readonly param: string | null;
  /** `event_id` of the client's message; null when it had none or could not be read. */
  readonly clientEventId: string | null;

  constructor(
    code: ProtocolErrorCode,
    message: string,
    options: { param?: string | null; clientEventId?: string | null; cause?: unknown } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.param = options.param ?? null;
    this.clientEventId = options.clientEventId ?? null;
  }
}
