const TIME = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", second: "2-digit" });
const HOUR = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit" });
const DATE = new Intl.DateTimeFormat("en-GB", {
  weekday: "long",
  day: "numeric",
  month: "long",
  year: "numeric",
});
const SHORT_DATE = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short", year: "numeric" });

/** What a clock on the visitor's wall shows: `07:30:05`. A time is ms since 1970, or ISO 8601. */
export function timeOfDay(time: number | string): string {
  return TIME.format(new Date(time));
}

/** The same without seconds: `07:30`. */
export function hourAndMinute(time: number | string): string {
  return HOUR.format(new Date(time));
}

/** `Saturday 28 November 2026` */
export function dateInWords(time: number | string): string {
  return DATE.format(new Date(time));
}

/** `28 Nov 2026, 07:30:05`; without the day where that is today: `07:30:05`. */
export function moment(time: number | string, nowMs: number = Date.now()): string {
  const day = SHORT_DATE.format(new Date(time));
  return day === SHORT_DATE.format(nowMs) ? timeOfDay(time) : `${day}, ${timeOfDay(time)}`;
}
