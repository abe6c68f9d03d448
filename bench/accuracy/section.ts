import type { HeatMap, Plot } from "../lib/plot.ts";
import type { Table } from "../lib/table.ts";

/** A page of the report. All of it must survive JSON; what has no value is NaN. */
export interface Section {
  /** In kebab-case: names its files. */
  readonly name: string;
  readonly title: string;
  /** Markdown: what is measured, and how. */
  readonly about: string;
  readonly tables: readonly Table[];
  readonly plots: readonly (Plot | HeatMap)[];
  /** Markdown: what must be known to read it. */
  readonly notes: readonly string[];
}
