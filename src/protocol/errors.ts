import type { EngineErrorCode } from "../engine/mod.ts";
import type { IngestErrorCode } from "../ingest/mod.ts";
import type { ErrorType } from "./server-events.ts";
import { MAX_TEXT_CHARS } from "./sizes.ts";

/** Error codes of the protocol itself. The engine and the ingest have codes of their own. */
export type ProtocolErrorCode =
  | "message_too_large"
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
  | "too_many_messages"
  | "too_many_sessions"
  | "too_many_watchers"
  | "resume_failed"
  | "stream_not_found"
  | "not_yours"
  | "stream_exists"
  | "unauthorized"
  | "forbidden"
  | "too_many_attempts"
  | "too_many_tickets"
  | "unsupported_container"
  | "input_open"
  | "input_not_open"
  | "input_conflict"
  | "internal_error";

/** Error codes of a pushed picture. */
export type PictureErrorCode = Extract<IngestErrorCode, `image_${string}` | "media_time_backwards">;

/** Error codes of a pushed container. */
export type ContainerErrorCode = Extract<IngestErrorCode, `container_${string}` | "ffmpeg_missing">;

/** What an error code means: its type, whether it ends the session, and a description that says what to do. */
export interface ErrorInfo {
  readonly type: ErrorType;
  readonly fatal: boolean;
  /** Status of an HTTP answer with this error. Where there is a close code for it too, that is 4000 more, but for a few. */
  readonly status: number;
  readonly description: string;
}

const refused = (description: string, status = 400): ErrorInfo => ({
  type: "invalid_request_error",
  fatal: false,
  status,
  description,
});
const limit = (description: string, fatal = false, status = 429): ErrorInfo => ({
  type: "limit_error",
  fatal,
  status,
  description,
});
const broken = (description: string, fatal = true, status = 500): ErrorInfo => ({
  type: "server_error",
  fatal,
  status,
  description,
});

/** Every error code that the server sends. The table in docs/protocol.md is made from this. */
export const ERRORS: Readonly<
  Record<ProtocolErrorCode | EngineErrorCode | PictureErrorCode | ContainerErrorCode, ErrorInfo>
> = {
  message_too_large: refused(
    `A text message has more than ${MAX_TEXT_CHARS} characters, not counting a picture in it. Send less at a time.`,
    413,
  ),
  invalid_json: refused("A text message was not JSON. Send pictures as binary messages."),
  invalid_message: refused("A message was not a JSON object with a `type`."),
  unknown_type: refused("There is no such type of message. The error's `message` lists those that exist."),
  invalid_value: refused("A field is missing or has a wrong value. `param` says which."),
  out_of_range: refused(
    "A number is outside the range that the server and the model allow. The error's `message` names the range.",
  ),
  unsupported_parameter: refused("The model does not have this setting. Leave it out."),
  parameter_locked: refused("This setting is fixed after the first frame or question. Open a new session."),
  invalid_frame_header: refused(
    "A binary message begins with the magic bytes of the header, but the header is not valid.",
  ),
  image_too_large: refused(
    "A picture has more bytes than `limits.max_frame_bytes`. It is dropped as `decode_error`.",
    413,
  ),
  image_too_many_pixels: refused(
    "A picture has more pixels than `limits.max_frame_pixels`, or is a progressive JPEG that takes as long to decode. It is dropped as `decode_error`.",
  ),
  image_undecodable: refused("A picture is broken or cut off. It is dropped as `decode_error`."),
  image_unsupported_type: refused("A picture is not a JPEG, PNG or WebP. It is dropped as `decode_error`."),
  media_time_backwards: refused(
    "The capture time of a frame is earlier than that of the frame before. It is dropped as `decode_error`. When the camera's time was set back, open a new session.",
  ),
  unsupported_container: refused(
    "Videos of this MIME type are not taken. The error's `message` lists those that are.",
    415,
  ),
  input_open: refused(
    "A container is open, or is being decoded to its end. Send `input_video.stop`, and wait for `input_video.stopped`.",
    409,
  ),
  input_not_open: refused("No container is open. Send `input_video.start` first.", 409),
  input_conflict: refused(
    "A session takes either pictures or containers, and this one has begun with the other. Open another session.",
    409,
  ),
  container_invalid: refused(
    "The bytes are not what the MIME type says, or do not begin at the beginning. What still comes of the container is ignored. Send `input_video.stop`, and start again.",
  ),
  container_undecodable: refused(
    "No picture came out of the container, within `maxFirstPictureMs` or before its end. What still comes of it is ignored. Send `input_video.stop`, and start again.",
  ),
  container_too_many_pixels: refused(
    "The pictures of the container have more pixels than `limits.max_frame_pixels`. What still comes of it is ignored. Send `input_video.stop`, and start again with smaller ones.",
  ),
  container_decoder_died: broken(
    "The decoder of the container has died or did nothing any more. Another one goes on with the next key frame; nothing has to be done. `input.gap` tells what was missed.",
    false,
  ),
  container_decoder_failed: broken(
    "The decoder of the container has died too often (`maxDecoderRestarts`). Connect again and send another format.",
  ),
  ffmpeg_missing: broken("No usable ffmpeg was found. Install one, or name it in FFMPEG_PATH."),
  session_closing: refused("After `session.close` only `response.cancel` is taken.", 409),
  idle_timeout: limit(
    "The client sent nothing for `limits.idle_timeout_ms`. Connect again when there is video.",
    true,
    408,
  ),
  slow_reader: limit(
    "The client did not read its events: too many bytes were waiting, or no ping was answered. Connect again and read faster. A session that can be resumed waits for that, and `fatal` is false.",
    true,
  ),
  too_many_messages: limit(
    "The client went on sending more messages or bytes a second than the server takes. Before that, the server only reads more slowly, so that nothing is lost. Connect again and send less.",
    true,
  ),
  too_many_sessions: limit(
    "The server has as many sessions as it allows, or as it allows this token. Try again later.",
    true,
  ),
  too_many_watchers: limit("As many clients watch as the server allows. Try again later.", true),
  resume_failed: {
    ...refused(
      "There is no session to go on with: the token is wrong, or the session has ended, for example because its client was away for too long. Open a new session.",
      410,
    ),
    fatal: true,
  },
  stream_not_found: {
    ...refused("There is no stream of this name to watch. It has ended, or its name is another one.", 404),
    fatal: true,
  },
  not_yours: refused(
    "A client that watches may not do this: the stream, or the answer to be stopped, belongs to another client.",
    403,
  ),
  stream_exists: refused("There is a stream of this name already. Choose another name.", 409),
  unauthorized: refused(
    "The server wants a token, and there was none, or it is wrong, has expired or was withdrawn. Send `Authorization: Bearer <secret>`, or a fresh ticket.",
    401,
  ),
  forbidden: refused(
    "The token does not allow this: it lacks a scope, or is for other streams. Or a web page is not allowed to use the server. The error's `message` says which.",
    403,
  ),
  too_many_attempts: limit(
    "Too many wrong tokens came from this address. Wait as long as `Retry-After` says.",
  ),
  too_many_tickets: limit(
    "The token has as many unused tickets as the server allows. Use them, or wait until they expire.",
  ),
  internal_error: broken("The server has a fault. Its log says more."),
  engine_closed: broken("The engine was shut down. Connect again later.", true, 503),
  stream_closed: refused("The stream has ended and takes nothing more.", 409),
  too_many_streams: limit("The engine has as many streams as it allows. Try again later.", true),
  too_many_questions: limit(
    "Too many questions are open, or they came too fast for the session or for the token. Wait for a `response.done`, or cancel one.",
  ),
  question_empty: refused("The question has no text."),
  question_too_long: refused("The question has more tokens than `model_info.limits.question_tokens`."),
  option_out_of_range: refused("An option is outside the range that the model was trained for."),
  frame_time: broken(
    "The media time of a frame is not a number, or is earlier than that of the frame before.",
    false,
  ),
  batch_too_long: limit("The video is longer than the `batch` paradigm can keep. Use `streamed`.", true),
  worker_failed: broken(
    "The engine's backend has failed. Connect again later; the server's log says more.",
    true,
    503,
  ),
};

/**
 * Error codes of a video that is read from a file, a URL or a camera. `replay --json` prints these, and listeners of a
 * stream whose source this is get them.
 */
const VIDEO_ERRORS: Readonly<
  Record<Exclude<IngestErrorCode, PictureErrorCode | ContainerErrorCode | "option_out_of_range">, ErrorInfo>
> = {
  aborted: refused("The replay was ended early."),
  frame_size: broken("The number of bytes of a frame does not fit its size.", false),
  ffmpeg_killed: broken("ffmpeg was killed or crashed."),
  decode_failed: broken("ffmpeg could not decode the video."),
  file_not_found: refused("The file does not exist."),
  file_is_directory: refused("The path is that of a directory, not of a video."),
  file_empty: refused("The file is empty."),
  file_unreadable: refused("The file cannot be read."),
  device_unavailable: refused("The camera of this machine is not there, or cannot be used."),
  unsupported_protocol: refused("Videos cannot be read over this protocol."),
  url_invalid: refused("The URL is not valid."),
  url_unreachable: refused("The URL could not be reached."),
  url_refused: refused("The server of the URL answered with an error. The error's `message` says which."),
  address_forbidden: refused(
    "The URL, or something to which it leads, has an address that may not be named over the API: a private one, or that of a metadata service. Give a public one, or let the operator allow it (--allow-private-cameras, allowCameraHosts).",
  ),
  first_frame_timeout: refused("No frame came in time."),
  source_lost: refused("The live source ended."),
  stall_timeout: refused("The source stopped sending."),
  not_a_video: refused("The input is not a video."),
  no_video_track: refused("The input has no video track."),
  no_frames: refused("The video has no frame."),
  input_truncated: refused("The file is cut off: the end of the video is missing."),
  video_too_large: refused("A video has more bytes than the server takes. Send a smaller one.", 413),
  video_too_long: refused("A video plays longer than the server takes. Send a shorter part of it."),
  temporary_file_failed: broken(
    "A video that was sent could not be kept while it was decoded. The operator must give the server a folder for temporary files that can be written (TMPDIR).",
    true,
    503,
  ),
};

/** What a code means. An unknown code counts as a fault of the server that does not end the session. */
export function errorInfo(code: string): ErrorInfo {
  const known: Readonly<Record<string, ErrorInfo>> = { ...VIDEO_ERRORS, ...ERRORS };
  return known[code] ?? broken("The server has a fault. Its log says more.", false);
}
