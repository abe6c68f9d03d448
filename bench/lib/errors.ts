/** Every way in which what is measured can be unusable. */
export type MeasureErrorCode =
  | "clips_missing"
  | "clips_empty"
  | "labels_unreadable"
  | "labels_invalid"
  | "video_missing"
  | "server_not_built"
  | "cameras_missing";

/** What went wrong, with a stable code, and in words what to do about it. */
export class MeasureError extends Error {
  override readonly name = "MeasureError";
  readonly code: MeasureErrorCode;

  constructor(code: MeasureErrorCode, message: string, options: { cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
  }
}
