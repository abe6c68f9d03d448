/** Every reason for which a history cannot be used. */
export type HistoryErrorCode =
  | "history_in_use"
  | "history_newer"
  | "history_older"
  | "history_unusable"
  | "history_unavailable";

/** A history cannot be used. Its message says why, and what to do. */
export class HistoryError extends Error {
  override readonly name = "HistoryError";
  readonly code: HistoryErrorCode;

  constructor(code: HistoryErrorCode, message: string, options: { readonly cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
  }
}
