import { rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { HeatMap, Plot } from "./plot.ts";
import { plotFile, type Section } from "./section.ts";

/** JSON for people, too: figures to three decimals, and a list of numbers on one line. */
export function figuresJson(figures: object): string {
  const rounded = (_: string, value: unknown) =>
    typeof value === "number" ? Math.round(value * 1000) / 1000 : value;
  const text = JSON.stringify(figures, rounded, 1);
  return `${text.replace(/\[\s+(?:-?[\d.e+-]+|null)(?:,\s+(?:-?[\d.e+-]+|null))*\s+\]/g, (list) => list.replace(/\s+/g, " "))}\n`;
}

/** Writes a file so that it is there whole or not at all. */
export async function writeAtomically(dir: string, name: string, text: string): Promise<void> {
  const path = join(dir, name);
  await writeFile(`${path}.part`, text);
  await rename(`${path}.part`, path);
}

/** Writes a section's plots, each as `<section>-<plot>.svg`. */
export async function writePlots(dir: string, section: Section): Promise<void> {
  for (const plot of section.plots) await writeAtomically(dir, plotFile(section, plot), await draw(plot));
}

/** A plotting library takes most of a second to load, and only finished figures need it. */
async function draw(plot: Plot | HeatMap): Promise<string> {
  if (plot.kind === "heat") return (await import("./render-heat-map.ts")).renderHeatMap(plot);
  return (await import("./render-plot.ts")).renderPlot(plot);
}
