/**
 * How long a server wants to be left alone, by its header `Retry-After`: seconds or a date.
 *
 * @returns ms; null: it does not say
 */
export function retryAfterMs(headers: Headers, nowMs = Date.now()): number | null {
  const text = headers.get("retry-after")?.trim();
  if (text === undefined || text === "") return null;
  const waitMs = /^\d+(?:\.\d+)?$/.test(text) ? Number(text) * 1000 : Date.parse(text) - nowMs;
  return Number.isNaN(waitMs) ? null : Math.max(0, waitMs);
}
