/**
 * How long is waited between two attempts to connect.
 *
 * @example
 * await connect(url, { retry: { firstMs: 1000, mostMs: 60_000 } });
 */
export interface RetryOptions {
  /** Longest pause before the second attempt (ms); default 500. Each further one is twice as long. */
  readonly firstMs?: number;
  /** Longest pause of all (ms); default 10000. */
  readonly mostMs?: number;
}

const FIRST_MS = 500;
const MOST_MS = 10_000;

/**
 * Pauses that grow. Each is shortened by up to half, at random, so that the clients of a server that was restarted do not
 * all come at once.
 *
 * @example pauseMs(0) // between 250 and 500
 */
export function pauseMs(
  attempt: number,
  { firstMs = FIRST_MS, mostMs = MOST_MS }: RetryOptions = {},
): number {
  const longest = Math.min(mostMs, firstMs * 2 ** Math.min(attempt, 30));
  return longest * (1 - Math.random() / 2);
}
