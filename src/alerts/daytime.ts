const TIMES = /^\s*(\d{1,2}):(\d{2})\s*[-–]\s*(\d{1,2}):(\d{2})\s*$/;
const DAY_MINUTES = 24 * 60;
const MINUTE_MS = 60_000;
const QUARTER_MS = 15 * MINUTE_MS;

/** Times of the day between which a rule counts, in minutes since midnight. The end is not among them. */
export interface Daytime {
  readonly from: number;
  readonly to: number;
}

/** What to say of a text that is no such time. */
export const DAYTIME_WORDS =
  "It must be two times of the day that differ, such as 22:00-06:00 or 08:30-17:00.";

/**
 * Reads times of the day. The end may lie before the beginning: then it is that of the next day.
 *
 * @returns null when the text is none
 * @example parseDaytime("22:00-06:00") // { from: 1320, to: 360 }
 */
export function parseDaytime(text: string): Daytime | null {
  const found = TIMES.exec(text);
  if (found === null) return null;
  const [, fromHour, fromMinute, toHour, toMinute] = found.map(Number);
  const [from, to] = [60 * fromHour! + fromMinute!, 60 * toHour! + toMinute!];
  const isValid = fromMinute! < 60 && toMinute! < 60 && from < DAY_MINUTES && to <= DAY_MINUTES;
  return isValid && from % DAY_MINUTES !== to % DAY_MINUTES ? { from, to } : null;
}

/** Whether there is such a time zone: `Europe/Berlin`, `UTC`. */
export function isTimeZone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat("en-GB", { timeZone: name }).format(0) !== "";
  } catch {
    return false;
  }
}

/**
 * Says whether a moment lies between two times of the day, by the clocks on the wall of a time zone. So it goes by what
 * those show when they are changed, too: of an hour that is left out nothing lies between, and an hour that comes twice
 * counts both times.
 *
 * @example
 * const night = new DaytimeClock({ from: 1320, to: 360 }, "Europe/Berlin");
 * night.contains(Date.UTC(2026, 0, 1, 23, 30)) // true: it is 00:30 there
 */
export class DaytimeClock {
  private readonly format: Intl.DateTimeFormat;

  /** @param timeZone IANA name; undefined: that of this machine */
  constructor(
    private readonly daytime: Daytime,
    timeZone?: string,
  ) {
    this.format = new Intl.DateTimeFormat("en-GB", {
      hour: "2-digit",
      minute: "2-digit",
      hourCycle: "h23",
      ...(timeZone === undefined ? {} : { timeZone }),
    });
  }

  /** @param wallMs ms since 1970 */
  contains(wallMs: number): boolean {
    const { from, to } = this.daytime;
    const now = this.minuteOf(wallMs);
    return from < to ? now >= from && now < to : now >= from || now < to;
  }

  /** The first moment from one on that lies between them (both ms since 1970). */
  next(wallMs: number): number {
    let atMs = wallMs;
    while (!this.contains(atMs)) {
      const minutes = (this.daytime.from - this.minuteOf(atMs) + DAY_MINUTES) % DAY_MINUTES;
      // Clocks are changed at whole quarters of an hour alone, so no further than the next one is it sure.
      const quarterMs = (Math.floor(atMs / QUARTER_MS) + 1) * QUARTER_MS;
      atMs = Math.min(Math.floor(atMs / MINUTE_MS + minutes) * MINUTE_MS, quarterMs);
    }
    return atMs;
  }

  /** The minute of the day that the clocks show. */
  private minuteOf(wallMs: number): number {
    const [hour, minute] = (["hour", "minute"] as const).map((type) =>
      Number(this.format.formatToParts(wallMs).find((part) => part.type === type)?.value),
    );
    return 60 * hour! + minute!;
  }
}
