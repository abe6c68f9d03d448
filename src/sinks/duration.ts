import { z } from "zod";
import { parseDuration } from "../protocol/mod.ts";

/** The length of a duration (ms); NaN for what is none. A number is in seconds. */
export function durationMs(duration: number | string): number {
  return typeof duration === "number" ? duration * 1000 : (parseDuration(duration) ?? Number.NaN);
}

/**
 * A duration as an operator writes it: `90` (seconds), `90s`, `5m`, `1h30m` or `2d`.
 *
 * @param most such as `7d`
 */
export function duration(most: string) {
  const error = `It must be a time of more than 0 and at most ${most}, such as 30s, 5m or 1h; a number is in seconds.`;
  return z
    .union([z.number(), z.string()], { error })
    .refine((value) => durationMs(value) > 0 && durationMs(value) <= durationMs(most), { error });
}
