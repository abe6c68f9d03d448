/** A time before now: `90m`, `24h`, `7d`. */
const AGO = /^(\d{1,6})\s*(m|h|d)$/i;
const AGO_MS: Readonly<Record<string, number>> = { m: 60_000, h: 3_600_000, d: 86_400_000 };

/** A date, perhaps with a time, perhaps with a zone. */
const DATE = /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d(?::\d\d(?:\.\d{1,3})?)?)\s*(Z|[+-]\d\d:\d\d)?)?$/i;

/**
 * Reads a time: `2026-11-28T07:30:00Z`, `2026-11-28 07:30` or `2026-11-28` in this process's time zone, `24h` (ago), or
 * milliseconds since 1970.
 *
 * @returns ms since 1970; null: it is none of these
 * @example parseWhen("2h", nowMs) // two hours before now
 */
export function parseWhen(text: string, nowMs = Date.now()): number | null {
  const trimmed = text.trim();
  const [, count, unit] = AGO.exec(trimmed) ?? [];
  if (count !== undefined) return nowMs - Number(count) * AGO_MS[unit!.toLowerCase()]!;
  if (/^\d{11,15}$/.test(trimmed)) return Number(trimmed);
  const [, date, time, zone] = DATE.exec(trimmed) ?? [];
  if (date === undefined) return null;
  // With a time and without a zone, JavaScript takes the process's own.
  const ms = Date.parse(`${date}T${time ?? "00:00"}${zone?.toUpperCase() ?? ""}`);
  // `2026-02-31` is no day, and JavaScript makes another one of it.
  return Number.isNaN(ms) || new Date(`${date}T00:00Z`).toISOString().slice(0, 10) !== date ? null : ms;
}
