import type { ERRORS } from "../../src/protocol/errors.ts";
import type { ErrorEvent } from "../../src/protocol/server-events.ts";

/**
 * What can go wrong on the client's side:
 *
 * - `connection_failed`: there is no connection to the server. `message` says what was tried.
 * - `connection_lost`: the connection broke before the answer to a message came.
 * - `session_lost`: the session could not be gone on with, and another one has begun.
 * - `session_ended`: the session is over and takes nothing more.
 * - `events_missed`: events are gone that the answer may have been among.
 * - `replaced`: the session was resumed by another client.
 * - `too_slow`: an iteration over events is so far behind that it was ended.
 * - `bad_answer`: what answers is not a thinkalong server.
 * - `foreign_path`: a picture was wanted by a path that is not of this server's API.
 * - `unsupported`: this browser or this Node lacks what is needed.
 * - `camera_refused`, `camera_missing`, `camera_busy`, `camera_failed`: there is no picture of the camera.
 * - `video_unplayable`: the browser cannot play the file.
 */
export type LocalErrorCode =
  | "connection_failed"
  | "connection_lost"
  | "session_lost"
  | "session_ended"
  | "events_missed"
  | "replaced"
  | "too_slow"
  | "bad_answer"
  | "foreign_path"
  | "unsupported"
  | "camera_refused"
  | "camera_missing"
  | "camera_busy"
  | "camera_failed"
  | "video_unplayable";

/** A code of the server, as docs/protocol.md lists them, or one of the client. A newer server may send others. */
export type ClientErrorCode = keyof typeof ERRORS | LocalErrorCode | (string & {});

/**
 * Something did not work. `code` does not change from version to version; `message` says, for people, what was wrong and
 * what to do.
 *
 * @example
 * ```ts
 * try {
 *   await connect("https://cameras.example", { stream: "door", token });
 * } catch (error) {
 *   if (error instanceof ClientError && error.code === "stream_not_found") console.error("There is no door.");
 * }
 * ```
 */
export class ClientError extends Error {
  override readonly name = "ClientError";
  readonly code: ClientErrorCode;
  /** The field that was wrong, such as `session.fps`; null when no field was. */
  readonly param: string | null;
  /** HTTP status of the answer, when it came over HTTP; else null. */
  readonly status: number | null;

  constructor(
    code: ClientErrorCode,
    message: string,
    options: { param?: string | null; status?: number | null; cause?: unknown } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.param = options.param ?? null;
    this.status = options.status ?? null;
  }
}

/** The error that an `error` event tells of. */
export function errorOf({ error }: ErrorEvent): ClientError {
  return new ClientError(error.code, error.message, { param: error.param });
}
