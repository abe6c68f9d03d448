/** Every reason for which a model is refused. */
export type ModelErrorCode =
  | "bundle_not_found"
  | "bundle_invalid"
  | "bundle_file_missing"
  | "bundle_file_changed"
  | "graph_mismatch"
  | "attention_unavailable"
  | "bundle_unusable"
  | "token_missing"
  | "checkpoint_not_found"
  | "checkpoint_invalid"
  | "checkpoint_unsupported"
  | "template_unusable"
  | "hub_unreachable"
  | "hub_denied"
  | "hub_busy"
  | "hub_unexpected"
  | "download_corrupted"
  | "disk_full"
  | "folder_not_writable"
  | "memory_too_small"
  | "model_locked";

/** A model cannot be used or fetched. The message says what is wrong with it and what to do. */
export class ModelError extends Error {
  override readonly name = "ModelError";
  readonly code: ModelErrorCode;

  constructor(code: ModelErrorCode, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
  }

  /** Restores the class of an error that came out of a worker, where it was lost. Other errors stay as they are. */
  static revive(error: unknown): unknown {
    if (!(error instanceof Error) || error.name !== "ModelError") return error;
    return new ModelError((error as ModelError).code, error.message, error);
  }
}
