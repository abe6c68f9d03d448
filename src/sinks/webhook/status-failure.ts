import type { DeliveryFailure } from "../delivery-error.ts";

/** The receiver has these to say about the moment, about its own set-up, or about ours, and somebody may mend that. */
const PASSING: ReadonlySet<number> = new Set([401, 403, 404, 405, 407, 408, 421, 423, 424, 425, 429]);

const GONE = 410;

/**
 * What a status means. A redirection is not followed, because the notice would go to somebody who was not named.
 *
 * @returns null: the notice was taken
 */
export function statusFailure(status: number): DeliveryFailure | null {
  if (status >= 200 && status < 300) return null;
  if (status === GONE) return "gone";
  return status < 400 || status >= 500 || PASSING.has(status) ? "passing" : "refused";
}
