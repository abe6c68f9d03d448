/** How long to wait before a delivery that has failed is tried again. */
export interface RetryWaits {
  /** After the first failure (ms); twice as long after each further one. Default: 1000. */
  readonly firstMs?: number;
  /** The longest wait (ms). Default: 60 000. */
  readonly mostMs?: number;
  /**
   * Numbers from 0 to 1 that shorten each wait by up to half, so that many servers do not come back all at once. Default:
   * `Math.random`.
   */
  readonly random?: () => number;
}

/**
 * @param failures in a row, from 1
 * @returns ms
 */
export function retryWaitMs(failures: number, waits: RetryWaits = {}): number {
  const { firstMs = 1000, mostMs = 60_000, random = Math.random } = waits;
  return Math.min(mostMs, firstMs * 2 ** (failures - 1)) * (1 - random() / 2);
}
