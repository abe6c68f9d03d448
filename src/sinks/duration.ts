import { z } from "zod";

const UNIT_MS = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

/** The length of a duration (ms); NaN for what is none. A number is in seconds. */
export function durationMs(duration: number | string): number {
  if (typeof duration === "number") return duration * 1000;
  const [, number, unit] = /^(\d+(?:\.\d+)?)\s*([smhd]?)$/.exec(duration.trim()) ?? [];
  return Number(number) * UNIT_MS[(unit || "s") as keyof typeof UNIT_MS];
}

/**
 * A duration as an operator writes it: `90` (seconds), `90s`, `5m`, `1h` or `2d`.
 *
 * @param most such as `7d`
 */
export function duration(most: string) {
  const error = `It must be a time of more than 0 and at most ${most}, such as 30s, 5m or 1h; a number is in seconds.`;
  return z
    .union([z.number(), z.string()], { error })
    .refine((value) => durationMs(value) > 0 && durationMs(value) <= durationMs(most), { error });
}
