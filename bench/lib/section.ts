import type { HeatMap, Plot } from "./plot.ts";
import { type Table, tableMarkdown } from "./table.ts";

/** A page of a report. All of it must survive JSON; what has no value is NaN. */
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

/** File of a plot, beside the markdown. */
export function plotFile(section: Pick<Section, "name">, plot: { readonly name: string }): string {
  return `${section.name}-${plot.name}.svg`;
}

/**
 * A section's tables, plots and notes, as paragraphs of markdown.
 *
 * @param level of the section's own heading
 */
export function figuresMarkdown(section: Section, level: 1 | 2): string[] {
  const heading = "#".repeat(level + 1);
  return [
    ...section.tables.map((table) => `${heading} ${table.title}\n\n${tableMarkdown(table)}`),
    ...section.plots.map((plot) => `![${plot.title}](${plotFile(section, plot)})`),
    ...(section.notes.length === 0
      ? []
      : [`${heading} Notes\n\n${section.notes.map((note) => `- ${note}`).join("\n")}`]),
  ];
}

/** A moment as a reader of a report needs it: `2026-01-02 03:04 UTC`. @param date ISO 8601, UTC */
export function momentText(date: string): string {
  return `${date.slice(0, 16).replace("T", " ")} UTC`;
}
