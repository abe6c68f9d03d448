import { type Estimate, isEstimate } from "./estimate.ts";
import { estimateText, numberText, spreadText } from "./number-text.ts";
import { isSpread, type Spread } from "./statistics.ts";

/** A text, a figure, a figure of several runs with its spread, or one of a sample with its interval. */
export type Cell = string | number | Spread | Estimate;

export interface Table {
  readonly title: string;
  /** With their units: `TTFT p99 (ms)`. */
  readonly columns: readonly string[];
  readonly rows: readonly (readonly Cell[])[];
}

/** A ratio that was promised, and what was measured. */
export interface Target {
  readonly what: string;
  readonly measured: Spread;
  readonly atMost: number;
}

/** Promises beside what came of them; the median decides. */
export function targetTable(title: string, targets: readonly Target[]): Table {
  return {
    title,
    columns: ["", "measured", "target", ""],
    rows: targets.map(({ what, measured, atMost }) => [
      what,
      measured,
      `≤ ${atMost}`,
      isMet({ measured, atMost }) ? "met" : "**not met**",
    ]),
  };
}

export function isMet({ measured, atMost }: Pick<Target, "measured" | "atMost">): boolean {
  return measured.median <= atMost;
}

/** A table in GitHub's markdown, columns of figures aligned to the right. */
export function tableMarkdown({ columns, rows }: Table): string {
  const align = columns.map((_, column) =>
    rows.length > 0 && rows.every((row) => isFigure(row[column]!)) ? "---:" : "---",
  );
  return [columns, align, ...rows.map((row) => row.map(cellText))].map(line).join("\n");
}

/** A table for a terminal. */
export function tableText({ columns, rows }: Table): string {
  const lines = [columns, ...rows.map((row) => row.map(cellText))].map((line) =>
    line.map((cell) => cell.replaceAll("**", "")),
  );
  const widths = columns.map((_, i) => Math.max(...lines.map((line) => line[i]!.length)));
  return lines
    .map((line) =>
      line
        .map((cell, i) => cell.padEnd(widths[i]!))
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}

function isFigure(cell: Cell): boolean {
  return typeof cell !== "string" || /^(-?\d[\d.,]*|–)$/.test(cell);
}

function line(cells: readonly string[]): string {
  return `| ${cells.map((cell) => cell.replace(/\|/g, "\\|").replace(/\s*\n\s*/g, " ")).join(" | ")} |`;
}

/** A cell as a person reads it. */
export function cellText(cell: Cell): string {
  if (typeof cell === "string") return cell;
  if (isEstimate(cell)) return estimateText(cell);
  return isSpread(cell) ? spreadText(cell) : numberText(cell);
}
