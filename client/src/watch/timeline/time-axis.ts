import type { SkipReason, UnitRecord } from "../../story/unit-record.ts";

/** Media time on a line. */
export class TimeAxis {
  /**
   * @param fromMs where the line begins
   * @param toMs where it ends
   * @param pxPerS how long a second is (px)
   */
  constructor(
    readonly fromMs: number,
    readonly toMs: number,
    readonly pxPerS: number,
  ) {}

  get width(): number {
    return this.x(this.toMs);
  }

  /** Where a media time is (px). */
  x(mediaTimeMs: number): number {
    return ((mediaTimeMs - this.fromMs) / 1000) * this.pxPerS;
  }

  /** Which media time is there (ms). */
  timeAt(x: number): number {
    return this.fromMs + (x / this.pxPerS) * 1000;
  }

  /** Round times to write below it, at least so far apart (px). No video begins before 0. */
  ticks(leastPx: number): number[] {
    const stepMs = 1000 * (STEPS_S.find((step) => step * this.pxPerS >= leastPx) ?? STEPS_S.at(-1)!);
    const first = Math.ceil(Math.max(0, this.fromMs) / stepMs);
    const last = Math.floor(this.toMs / stepMs);
    return Array.from({ length: Math.max(0, last - first + 1) }, (_, at) => (first + at) * stepMs);
  }
}

const STEPS_S = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 1800, 3600];

/** The unit of a media time: the nearest one; -1: there is none. */
export function unitAt(units: readonly UnitRecord[], mediaTimeMs: number): number {
  const after = units.findIndex((each) => each.mediaTimeMs >= mediaTimeMs);
  if (after < 0) return units.length - 1;
  const before = units[after - 1];
  const isNearer =
    before !== undefined && mediaTimeMs - before.mediaTimeMs < units[after]!.mediaTimeMs - mediaTimeMs;
  return isNearer ? after - 1 : after;
}

/** Units one behind the other about which nothing was said, for the same reason. */
export interface Silence {
  readonly reason: SkipReason;
  /** Number of its first unit. */
  readonly unit: number;
  readonly fromMs: number;
  readonly toMs: number;
}

/** When and why nothing was said. Each begins where the unit before it ends. */
export function silences(units: readonly UnitRecord[]): Silence[] {
  const found: Silence[] = [];
  units.forEach(({ unit, mediaTimeMs, skipReason }, at) => {
    if (skipReason === null) return;
    const before = units[at - 1];
    const last = found.at(-1);
    if (last !== undefined && before?.skipReason === skipReason)
      found[found.length - 1] = { ...last, toMs: mediaTimeMs };
    else
      found.push({ reason: skipReason, unit, fromMs: before?.mediaTimeMs ?? mediaTimeMs, toMs: mediaTimeMs });
  });
  return found;
}
