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

/** What went wrong: a stable code, and a message that says what to do. */
export class EngineError extends Error {
  override readonly name = "EngineError";
  readonly code: EngineErrorCode;
  /** The option or field that was wrong; null when none was. */
  readonly param: string | null;

  constructor(code: EngineErrorCode, message: string, options: { param?: string; cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.param = options.param ?? null;
  }
}

/**
 * A backend has reported something that its contract (`backend.ts`) does not allow. The engine then fails the stream,
 * because nothing that the backend reports about it can be trusted any more.
 */
export class ContractBreach extends Error {
  override readonly name = "ContractBreach";

  /** @param what the backend did, as the end of a sentence that begins "The model's backend broke its contract:" */
  constructor(what: string) {
    super(`The model's backend broke its contract: ${what}.`);
  }
}
