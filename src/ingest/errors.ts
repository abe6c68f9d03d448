/** Every reason for which video or pictures cannot be read. */
export type IngestErrorCode =
  | "option_out_of_range"
  | "aborted"
  // the tool
  | "ffmpeg_missing"
  | "ffmpeg_killed"
  | "decode_failed"
  // where the video is
  | "file_not_found"
  | "file_is_directory"
  | "file_empty"
  | "file_unreadable"
  | "device_unavailable"
  | "unsupported_protocol"
  | "url_invalid"
  | "url_unreachable"
  | "url_refused"
  | "address_forbidden"
  | "first_frame_timeout"
  | "stall_timeout"
  | "source_lost"
  // what the video is
  | "not_a_video"
  | "no_video_track"
  | "no_frames"
  | "input_truncated"
  | "video_too_large"
  | "video_too_long"
  | "temporary_file_failed"
  // pictures
  | "frame_size"
  | "image_too_large"
  | "image_too_many_pixels"
  | "image_undecodable"
  | "image_unsupported_type"
  | "media_time_backwards"
  // pushed containers
  | "container_invalid"
  | "container_undecodable"
  | "container_too_many_pixels"
  | "container_decoder_died"
  | "container_decoder_failed";

/**
 * An error with a stable code. Its message says what went wrong and what to do.
 *
 * @example
 * openVideo("cat.mp4", options).subscribe({
 *   error: (e) => e instanceof IngestError && e.code === "file_not_found" && console.error(e.message),
 * });
 */
export class IngestError extends Error {
  override readonly name = "IngestError";
  readonly code: IngestErrorCode;
  /** The status with which a server refused the video, such as 401; null for other errors. */
  readonly status: number | null;

  constructor(code: IngestErrorCode, message: string, options: { cause?: unknown; status?: number } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.status = options.status ?? null;
  }
}

/** The message of anything thrown. */
export function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}
