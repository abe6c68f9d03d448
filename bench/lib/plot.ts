import type { Estimate } from "./estimate.ts";
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
  /**
   * For bars x is the place of a category. A {@link Spread} is drawn as its median, on lines with whiskers from least
   * to greatest; an {@link Estimate} as its value with whiskers over its interval. NaN leaves a gap.
   */
  readonly points: readonly (readonly [x: number, y: number | Spread | Estimate])[];
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

/** How often what was one thing was said to be another; plain data, drawn by `renderHeatMap`. */
export interface HeatMap {
  /** In kebab-case; its file is `<section>-<name>.svg`. */
  readonly name: string;
  readonly title: string;
  readonly kind: "heat";
  readonly x: { readonly title: string; readonly categories: readonly string[] };
  readonly y: { readonly title: string; readonly categories: readonly string[] };
  /** A row for each category of y, from the top. */
  readonly cells: readonly (readonly number[])[];
}
