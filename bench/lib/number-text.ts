import type { Estimate } from "./estimate.ts";
import type { Spread } from "./statistics.ts";

/** Three digits that matter: `1240`, `12.4`, `0.124`; `–` where there is no value. */
export function numberText(value: number): string {
  if (!Number.isFinite(value)) return "–";
  if (Number.isInteger(value)) return String(value);
  const digits = Math.max(0, 2 - Math.floor(Math.log10(Math.abs(value))));
  return value.toFixed(Math.min(4, digits));
}

/** Median with what the runs lay between: `12.4 (11.9–13.0)`; of one run its value alone. */
export function spreadText({ median, min, max, runs }: Spread): string {
  if (runs < 2) return numberText(median);
  return `${numberText(median)} (${numberText(min)}–${numberText(max)})`;
}

/** A figure with its interval: `0.812 (0.790–0.830)`; its value alone where it has none. */
export function estimateText({ value, low, high }: Estimate): string {
  if (!Number.isFinite(low) || !Number.isFinite(value)) return numberText(value);
  return `${numberText(value)} (${numberText(low)}–${numberText(high)})`;
}
