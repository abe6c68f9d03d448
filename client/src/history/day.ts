/** A day as the visitor's calendar has it: `2026-11-28`. */
export type Day = string;

/** An hour of a day. Where clocks are changed, a day has 23 or 25 of them, and some zones shift by half an hour. */
export interface Hour {
  readonly startMs: number;
  /** The end (excluded). */
  readonly endMs: number;
  /** What the clock shows at its beginning: `07`. */
  readonly label: string;
}

const HOUR_MS = 3_600_000;

/** The day in which a time lies. */
export function dayOf(ms: number): Day {
  const date = new Date(ms);
  const two = (number: number) => String(number).padStart(2, "0");
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
}

/** A text as a day; null: it is none. */
export function readDay(text: string | null): Day | null {
  if (text === null || !/^\d{4}-\d\d-\d\d$/.test(text)) return null;
  return dayOf(startOf(text)) === text ? text : null;
}

/** When it begins (ms since 1970). */
export function startOf(day: Day): number {
  const [year, month, date] = day.split("-").map(Number) as [number, number, number];
  return new Date(year, month - 1, date).getTime();
}

/** The day so many days later, or before. */
export function shifted(day: Day, days: number): Day {
  const date = new Date(startOf(day));
  date.setDate(date.getDate() + days);
  return dayOf(date.getTime());
}

/** The hours of a day, in their order. */
export function hoursOf(day: Day): Hour[] {
  const end = startOf(shifted(day, 1));
  const hours: Hour[] = [];
  for (let startMs = startOf(day); startMs < end; ) {
    const clock = new Date(startMs);
    // The next full hour on the clock.
    const endMs = Math.min(end, startMs + HOUR_MS - clock.getMinutes() * 60_000);
    hours.push({ startMs, endMs, label: String(clock.getHours()).padStart(2, "0") });
    startMs = endMs;
  }
  return hours;
}
