/** Every way in which the engine can refuse or fail. */
export type EngineErrorCode =
  | "engine_closed"
  | "stream_closed"
  | "too_many_streams"
  | "too_many_questions"
  | "question_empty"
  | "question_too_long"
  | "option_out_of_range"
  | "frame_time"
  | "batch_too_long"
  | "worker_failed";

/** What went wrong, with a stable code, and in words what to do about it. */
export class EngineError extends Error {
  override readonly name = "EngineError";
  readonly code: EngineErrorCode;
  /** The option or field that was off, where there is one. */
  readonly param: string | null;

  constructor(code: EngineErrorCode, message: string, options: { param?: string; cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.param = options.param ?? null;
  }
}
