/**
 * A time: a `Date`, ms since 1970, or a text that the server reads, such as `24h` (ago), `2026-11-28` or
 * `2026-11-28 07:30`, in the server's time zone.
 */
export type When = Date | number | string;

/** A time as the server reads it. */
export function timeText(when: When | undefined): string | undefined {
  return when instanceof Date ? when.toISOString() : when?.toString();
}

/** The query of a URL, with what is given. */
export function queryOf(values: Readonly<Record<string, When | undefined>>): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(values)) {
    const text = timeText(value);
    if (text !== undefined) query.set(name, text);
  }
  return query.size === 0 ? "" : `?${query}`;
}
