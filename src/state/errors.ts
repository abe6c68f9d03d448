/** Every reason for which something cannot be kept in the folder of state. */
export type StateErrorCode = "state_in_use" | "state_unwritable";

/** Something cannot be kept in the folder of state. Its message says why, and what to do. */
export class StateError extends Error {
  override readonly name = "StateError";

  constructor(
    readonly code: StateErrorCode,
    message: string,
    cause?: unknown,
  ) {
    super(message, cause === undefined ? undefined : { cause });
  }
}
