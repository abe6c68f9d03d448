import type { EngineErrorCode } from "../engine/mod.ts";
import type { IngestErrorCode } from "../ingest/mod.ts";
import type { ErrorType } from "./error-event.ts";

/** Errors that the protocol itself can have, beside the engine's and those of the ingest. */
export type ProtocolErrorCode =
  | "invalid_json"
  | "invalid_message"
  | "unknown_type"
  | "invalid_value"
  | "out_of_range"
  | "unsupported_parameter"
  | "parameter_locked"
  | "invalid_frame_header"
  | "session_closing"
  | "idle_timeout"
  | "slow_reader"
  | "too_many_sessions"
  | "internal_error";

/** What can be wrong with a pushed picture. */
export type PictureErrorCode = Extract<IngestErrorCode, `image_${string}` | "media_time_backwards">;

/** What an error code means: its type, whether it ends the session, and what a client can do. */
export interface ErrorInfo {
  readonly type: ErrorType;
  readonly fatal: boolean;
  readonly description: string;
}

const refused = (description: string): ErrorInfo => ({
  type: "invalid_request_error",
  fatal: false,
  description,
});
const limit = (description: string, fatal = false): ErrorInfo => ({
  type: "limit_error",
  fatal,
  description,
});
const broken = (description: string, fatal = true): ErrorInfo => ({
  type: "server_error",
  fatal,
  description,
});

/** Every error code that the server itself sends, in one place; the docs' table is made from it. */
export const ERRORS: Readonly<Record<ProtocolErrorCode | EngineErrorCode | PictureErrorCode, ErrorInfo>> = {
  invalid_json: refused("A text message was not JSON. Pictures go as binary messages."),
  invalid_message: refused("A message was not an object with a `type`."),
  unknown_type: refused("No such message type; the message names those that exist."),
  invalid_value: refused("A field is missing or of the wrong kind; `param` says which."),
  out_of_range: refused("A number is outside what server and model allow; the message names the range."),
  unsupported_parameter: refused("The loaded model has no such setting."),
  parameter_locked: refused(
    "This setting is fixed once the first frame or question has come: open a new session.",
  ),
  invalid_frame_header: refused("A binary message began with the header's magic, but the header is broken."),
  image_too_large: refused(
    "A picture has more bytes than `limits.max_frame_bytes`; dropped as `decode_error`.",
  ),
  image_too_many_pixels: refused(
    "A picture has more pixels than `limits.max_frame_pixels`; dropped as `decode_error`.",
  ),
  image_undecodable: refused("A picture is broken or cut off; dropped as `decode_error`."),
  image_unsupported_type: refused("The bytes are no JPEG, PNG or WebP; dropped as `decode_error`."),
  media_time_backwards: refused(
    "A frame was captured before the one before it; dropped as `decode_error`. Open a new session after a clock was set back.",
  ),
  session_closing: refused("After `session.close` nothing more is taken but `response.cancel`."),
  idle_timeout: limit(
    "The client sent nothing for `limits.idle_timeout_ms`: connect again when there is video.",
    true,
  ),
  slow_reader: limit("The client did not read its events: too many bytes were waiting for it.", true),
  too_many_sessions: limit("The server has as many sessions as it may: try again later.", true),
  internal_error: broken("A fault of the server; its log says more."),
  engine_closed: broken("The engine is shutting down: connect again later."),
  stream_closed: refused("The stream takes nothing more."),
  too_many_streams: limit("The engine has as many streams as it may: try again later.", true),
  too_many_questions: limit("Too many questions are being answered: wait for a `response.done`."),
  question_empty: refused("The question has no text."),
  question_too_long: refused("The question has more tokens than `model_info.limits.question_tokens`."),
  option_out_of_range: refused("An option is outside what the model was trained for."),
  frame_time: broken(
    "A frame's media time was no number, or earlier than that of the frame before it.",
    false,
  ),
  batch_too_long: limit("More frames than the batch paradigm holds; use `streamed`.", true),
  worker_failed: broken("A worker of the engine has failed; the server's log says more."),
};

/** Of a video that is read from a file or URL: `replay --json` says these, the server does not. */
const VIDEO_ERRORS: Readonly<
  Record<Exclude<IngestErrorCode, PictureErrorCode | "option_out_of_range">, ErrorInfo>
> = {
  aborted: refused("The replay was ended early."),
  frame_size: broken("The bytes of a frame did not fit its size.", false),
  ffmpeg_missing: broken("There is no usable ffmpeg."),
  ffmpeg_killed: broken("ffmpeg was killed or crashed."),
  decode_failed: broken("ffmpeg could not decode the video."),
  file_not_found: refused("There is no such file."),
  file_is_directory: refused("This is a folder, not a video."),
  file_empty: refused("The file is empty."),
  file_unreadable: refused("The file cannot be read."),
  unsupported_protocol: refused("Videos are not read over this protocol."),
  url_invalid: refused("This is not a URL."),
  url_unreachable: refused("The URL could not be reached."),
  first_frame_timeout: refused("No frame came in time."),
  stall_timeout: refused("The source stopped sending."),
  not_a_video: refused("The input is not a video."),
  no_video_track: refused("The input has no video track."),
  no_frames: refused("The video has no frame."),
  input_truncated: refused("The video ends early: a part is missing."),
};

/** What a code means; one that no table has is a fault of the server that ends nothing. */
export function errorInfo(code: string): ErrorInfo {
  const known: Readonly<Record<string, ErrorInfo>> = { ...VIDEO_ERRORS, ...ERRORS };
  return known[code] ?? broken("A fault of the server; its log says more.", false);
}

/** A client's message could not be taken: why, where (`param`), and which message it was. */
export class ProtocolError extends Error {
  override readonly name = "ProtocolError";
  readonly code: ProtocolErrorCode;
  /** Path of the field that was wrong, such as `session.fps`. */
  readonly param: string | null;
  /** The message's own `event_id`, where it could be read. */
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
