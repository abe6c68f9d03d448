import type { Spread } from "./statistics.ts";

export interface Axis {
  /** With its unit: `TTFT p99 (ms)`. */
  readonly title: string;
  /** Logarithmic, to this base. */
  readonly log?: 2 | 10;
  readonly min?: number;
  readonly max?: number;
}

export interface Series {
  readonly name: string;
  /** For bars x is the place of a category. A {@link Spread} is drawn as its median; on lines with bars from least to greatest. NaN leaves a gap. */
  readonly points: readonly (readonly [x: number, y: number | Spread])[];
}

/** A line across the plot: a target, a limit. */
export interface Mark {
  readonly axis: "x" | "y";
  readonly at: number;
  readonly text: string;
}

/** A picture of figures; plain data, drawn by `renderPlot`. */
export interface Plot {
  /** In kebab-case; its file is `<experiment>-<name>.svg`. */
  readonly name: string;
  readonly title: string;
  readonly kind: "line" | "bar";
  readonly x: Axis;
  readonly y: Axis;
  /** For bars: what stands below each group of them. */
  readonly categories?: readonly string[];
  readonly series: readonly Series[];
  readonly marks?: readonly Mark[];
}
