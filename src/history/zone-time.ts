/** The pieces of time that a summary has. */
export const UNITS = ["hour", "day"] as const;

export type TimeUnit = (typeof UNITS)[number];

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** Hours and days as people in one time zone have them, also when clocks are changed there. */
export class ZoneTime {
  private readonly format: Intl.DateTimeFormat;

  /**
   * @param zone such as `Europe/Berlin`
   * @throws {RangeError} for one that is not known
   */
  constructor(zone: string) {
    this.format = new Intl.DateTimeFormat("en-US", {
      timeZone: zone,
      hourCycle: "h23",
      year: "numeric",
      month: "numeric",
      day: "numeric",
      hour: "numeric",
      minute: "numeric",
      second: "numeric",
    });
  }

  /** When the hour or day began in which a time lies (ms since 1970). */
  beginningOf(unit: TimeUnit, ms: number): number {
    const local = this.localOf(ms);
    const size = unit === "hour" ? HOUR_MS : DAY_MS;
    const localStart = Math.floor(local / size) * size;
    const start = ms - (local - localStart);
    // Clocks may have been changed since midnight.
    return unit === "hour" ? start : start - (this.localOf(start) - localStart);
  }

  /** What a clock on the wall shows, as if it stood in UTC (ms since 1970). */
  private localOf(ms: number): number {
    const parts = Object.fromEntries(
      this.format.formatToParts(ms).map(({ type, value }) => [type, Number(value)]),
    );
    const { year, month, day, hour, minute, second } = parts as Record<string, number>;
    return Date.UTC(year!, month! - 1, day, hour, minute, second) + (((ms % 1000) + 1000) % 1000);
  }
}

/** The time zone of this process. */
export function ownZone(): string {
  return Intl.DateTimeFormat().resolvedOptions().timeZone;
}
