/**
 * What a failed delivery means. `passing`: it is tried again. `refused`: this notice will never be taken, but the next
 * one may be. `gone`: the receiver wants no notice any more.
 */
export type DeliveryFailure = "passing" | "refused" | "gone";

/** A notice could not be delivered. Its message says why, and holds no secret. */
export class DeliveryError extends Error {
  override readonly name = "DeliveryError";
  readonly failure: DeliveryFailure;
  /** How long the receiver wants to be left alone (ms); null: it did not say. */
  readonly retryAfterMs: number | null;

  constructor(
    failure: DeliveryFailure,
    message: string,
    { retryAfterMs = null, cause }: { readonly retryAfterMs?: number | null; readonly cause?: unknown } = {},
  ) {
    super(message, cause === undefined ? undefined : { cause });
    this.failure = failure;
    this.retryAfterMs = retryAfterMs;
  }

  /** Any other error of a sink counts as passing. */
  static of(error: unknown): DeliveryError {
    if (error instanceof DeliveryError) return error;
    const message = error instanceof Error ? error.message : String(error);
    return new DeliveryError("passing", message, { cause: error });
  }
}
