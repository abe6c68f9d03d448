import { setTimeout as sleep } from "node:timers/promises";
import type { ModelError } from "../errors.ts";

/** How often and after how long something is tried again. */
export interface RetryWaits {
  /** Tries without any progress before the error is thrown, the first included. */
  readonly mostTries: number;
  /** Wait before the second try (ms). It doubles with each further one. */
  readonly firstMs: number;
  /** Longest wait (ms), and longest that a server may ask for. */
  readonly longestMs: number;
}

export const RETRY_WAITS: RetryWaits = { mostTries: 6, firstMs: 1_000, longestMs: 120_000 };

/** A fault that may pass: a broken connection, a busy server. */
export class PassingFault extends Error {
  override readonly name = "PassingFault";

  /**
   * @param error what is thrown when it does not pass
   * @param retryAfterMs what the server asked for (ms); null: nothing
   */
  constructor(
    readonly error: ModelError,
    readonly retryAfterMs: number | null = null,
  ) {
    super(error.message, { cause: error });
  }
}

/** Told before each wait. */
export type OnRetry = (why: ModelError, waitMs: number) => void;

/**
 * Does something, and again while its faults may pass.
 *
 * @param progress a number that grows as something is achieved; when it has grown, tries are counted anew
 * @throws the reason of the signal, as soon as it is aborted
 * @throws {ModelError} of the last fault
 */
export async function withRetries<T>(
  act: () => Promise<T>,
  {
    waits,
    signal,
    onRetry,
    progress = () => 0,
  }: {
    readonly waits: RetryWaits;
    readonly signal: AbortSignal;
    readonly onRetry?: OnRetry | undefined;
    readonly progress?: () => number;
  },
): Promise<T> {
  let failures = 0;
  for (;;) {
    const before = progress();
    try {
      signal.throwIfAborted();
      return await act();
    } catch (fault) {
      signal.throwIfAborted();
      if (!(fault instanceof PassingFault)) throw fault;
      failures = progress() > before ? 1 : failures + 1;
      const asked = fault.retryAfterMs ?? 0;
      if (failures >= waits.mostTries || asked > waits.longestMs) throw fault.error;
      const grown = Math.min(waits.longestMs, waits.firstMs * 2 ** (failures - 1));
      const waitMs = Math.max(asked, grown * (0.5 + Math.random() / 2));
      onRetry?.(fault.error, waitMs);
      await sleep(waitMs, undefined, { signal }).catch(() => signal.throwIfAborted());
    }
  }
}
