/** Measures that have a target, by their place in the headline table. */
export type MeasureKey =
  | "eventF1"
  | "eventF1InColour"
  | "timingMedian"
  | "timingP90"
  | "falseThoughts"
  | "theme"
  | "dynamics"
  | "causal"
  | "counting"
  | "durations"
  | "beyondWindow";

export interface EvalTarget {
  readonly what: string;
  /** Shares unless {@link unit} says otherwise. */
  readonly unit?: "s" | "a minute";
  readonly atLeast?: number;
  readonly atMost?: number;
}

/** What the model is to reach on held-out clips. */
export const TARGETS: Readonly<Record<MeasureKey, EvalTarget>> = {
  eventF1: { what: "event clauses by verb and place, F1", atLeast: 0.9 },
  eventF1InColour: { what: "event clauses with colours, F1", atLeast: 0.85 },
  timingMedian: { what: "time error of found events, median", unit: "s", atMost: 0.3 },
  timingP90: { what: "time error of found events, 90 % within", unit: "s", atMost: 0.8 },
  falseThoughts: { what: "false positives in quiet time", unit: "a minute", atMost: 0.5 },
  theme: { what: "theme", atLeast: 0.95 },
  dynamics: { what: "questions about dynamics", atLeast: 0.9 },
  causal: { what: "questions about causes", atLeast: 0.9 },
  counting: { what: "questions that count", atLeast: 0.95 },
  durations: { what: "durations, within a second", atLeast: 0.85 },
  beyondWindow: { what: "questions about what has left the visual window", atLeast: 0.85 },
};

/** What is measured, with its unit. */
export function targetName({ what, unit }: EvalTarget): string {
  return unit === undefined ? what : `${what} (${unit})`;
}

/** `≥ 0.9` or `≤ 0.3 s`. */
export function targetText({ atLeast, atMost, unit }: EvalTarget): string {
  const bound = atLeast === undefined ? `≤ ${atMost}` : `≥ ${atLeast}`;
  return unit === undefined ? bound : `${bound} ${unit}`;
}

/** Whether a figure is as good as it was to be; null where there is none. */
export function isReached({ atLeast, atMost }: EvalTarget, measured: number): boolean | null {
  if (Number.isNaN(measured)) return null;
  return (
    measured >= (atLeast ?? Number.NEGATIVE_INFINITY) && measured <= (atMost ?? Number.POSITIVE_INFINITY)
  );
}
