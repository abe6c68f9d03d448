/** Every reason for which a camera cannot be opened, changed or closed. */
export type CameraErrorCode =
  | "camera_exists"
  | "camera_fixed"
  | "camera_not_found"
  | "camera_refused"
  | "too_many_cameras"
  | "url_refused";

/** Something is wrong with a camera. Its message says what, and what to do. */
export class CameraError extends Error {
  override readonly name = "CameraError";
  readonly code: CameraErrorCode;
  /** The camera that it is about; null: none alone. */
  readonly camera: string | null;
  /** The key that is wrong, such as `windows.visual_units`; null: none alone. */
  readonly key: string | null;

  constructor(
    code: CameraErrorCode,
    message: string,
    about: { readonly camera?: string; readonly key?: string | null; readonly cause?: unknown } = {},
  ) {
    super(message, about.cause === undefined ? undefined : { cause: about.cause });
    this.code = code;
    this.camera = about.camera ?? null;
    this.key = about.key ?? null;
  }
}
