import { mkdir } from "node:fs/promises";
import { figuresJson } from "../lib/figures-json.ts";
import type { HeatMap, Plot } from "../lib/plot.ts";
import { tableMarkdown } from "../lib/table.ts";
import { writeAtomically } from "../lib/write-atomically.ts";
import type { Evaluation } from "./run-eval.ts";
import type { Section } from "./section.ts";

/**
 * Writes an evaluation into a folder: README.md with the overview and an index, a page for each section, plots, and
 * results.json with every figure. The JSON comes last: where that is new, all is.
 *
 * @param dir is made when it is missing
 */
export async function writeEvaluation(dir: string, evaluation: Evaluation): Promise<void> {
  await mkdir(dir, { recursive: true });
  for (const section of evaluation.sections) {
    for (const plot of section.plots) await writeAtomically(dir, plotFile(section, plot), await draw(plot));
    if (section.name !== "overview")
      await writeAtomically(dir, `${section.name}.md`, `${sectionMarkdown(section, evaluation)}\n`);
  }
  await writeAtomically(dir, "README.md", `${indexMarkdown(evaluation)}\n`);
  await writeAtomically(dir, "results.json", figuresJson(evaluation));
}

/** A plotting library takes most of a second to load, and only a finished evaluation needs it. */
async function draw(plot: Plot | HeatMap): Promise<string> {
  if (plot.kind === "heat") return (await import("../lib/render-heat-map.ts")).renderHeatMap(plot);
  return (await import("../lib/render-plot.ts")).renderPlot(plot);
}

function plotFile(section: Section, plot: { readonly name: string }): string {
  return `${section.name}-${plot.name}.svg`;
}

function bodyMarkdown(section: Section): string[] {
  return [
    section.about,
    ...section.tables.map((table) => `## ${table.title}\n\n${tableMarkdown(table)}`),
    ...section.plots.map((plot) => `![${plot.title}](${plotFile(section, plot)})`),
    ...(section.notes.length === 0
      ? []
      : [`## Notes\n\n${section.notes.map((note) => `- ${note}`).join("\n")}`]),
  ];
}

/** One section's page. */
export function sectionMarkdown(section: Section, evaluation: Evaluation): string {
  return [
    `# ${section.title}`,
    circumstances(evaluation),
    ...bodyMarkdown(section),
    "[All of the evaluation](README.md) · Raw figures: [results.json](results.json)",
  ].join("\n\n");
}

/** The index, with the overview. */
export function indexMarkdown(evaluation: Evaluation): string {
  const [overview, ...rest] = evaluation.sections as [Section, ...Section[]];
  return [
    "# Evaluation",
    `Written by \`npm run eval\`; every figure here was measured by it. ${circumstances(evaluation)}`,
    ...bodyMarkdown(overview),
    "## More",
    [
      ...rest.map(({ name, title, tables }) => {
        const titles = tables.map((table) => table.title.toLowerCase()).join(", ");
        return `- [${title}](${name}.md): ${titles}`;
      }),
      "- [results.json](results.json): raw figures",
    ].join("\n"),
  ].join("\n\n");
}

function circumstances({ date, model, machine, command, scores }: Evaluation): string {
  const day = `${date.slice(0, 16).replace("T", " ")} UTC`;
  return `_${model} on ${scores.clips} clips, ${day}, thinkalong ${machine.thinkalong}, onnxruntime-node ${machine.onnxruntime}, \`${command}\`._`;
}
