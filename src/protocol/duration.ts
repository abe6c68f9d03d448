/** Milliseconds of the units in which durations are said. */
const UNITS = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

const PART = /(\d+(?:\.\d+)?)\s*(ms|s|m|h|d)/g;
const WHOLE = /^(?:\s*\d+(?:\.\d+)?\s*(?:ms|s|m|h|d))+\s*$/;

/** What to say of a text that is no duration. */
export const DURATION_WORDS = "It must be a duration with its unit: 30s, 5m, 1h30m or 2d.";

/**
 * Reads a duration.
 *
 * @returns ms; null when the text is none
 * @example
 * parseDuration("1h30m") // 5_400_000
 * parseDuration("30") // null: 30 of what?
 */
export function parseDuration(text: string): number | null {
  if (!WHOLE.test(text)) return null;
  const parts = [...text.matchAll(PART)].map(
    ([, number, unit]) => Number(number) * UNITS[unit as keyof typeof UNITS],
  );
  return parts.reduce((sum, part) => sum + part, 0);
}

/** A duration for people. @example durationText(90_000) // "1 min 30 s" */
export function durationText(ms: number): string {
  const parts = [
    [Math.floor(ms / UNITS.d), "d"],
    [Math.floor((ms % UNITS.d) / UNITS.h), "h"],
    [Math.floor((ms % UNITS.h) / UNITS.m), "min"],
    [Math.round((ms % UNITS.m) / 100) / 10, "s"],
  ] as const;
  const said = parts.filter(([number]) => number > 0).map(([number, unit]) => `${number} ${unit}`);
  return said.length === 0 ? "0 s" : said.join(" ");
}
