import { mkdir } from "node:fs/promises";
import { figuresJson, writeAtomically, writePlots } from "../lib/report-files.ts";
import { figuresMarkdown, momentText, type Section } from "../lib/section.ts";
import type { Evaluation } from "./run-eval.ts";

/**
 * Writes an evaluation into a folder: README.md with the overview and an index, a page for each section, plots, and
 * results.json with every figure. The JSON comes last: where that is new, all is.
 *
 * @param dir is made when it is missing
 */
export async function writeEvaluation(dir: string, evaluation: Evaluation): Promise<void> {
  await mkdir(dir, { recursive: true });
  for (const section of evaluation.sections) {
    await writePlots(dir, section);
    if (section.name !== "overview")
      await writeAtomically(dir, `${section.name}.md`, `${sectionMarkdown(section, evaluation)}\n`);
  }
  await writeAtomically(dir, "README.md", `${indexMarkdown(evaluation)}\n`);
  await writeAtomically(dir, "results.json", figuresJson(evaluation));
}

/** One section's page. */
export function sectionMarkdown(section: Section, evaluation: Evaluation): string {
  return [
    `# ${section.title}`,
    circumstances(evaluation),
    section.about,
    ...figuresMarkdown(section, 1),
    "[All of the evaluation](README.md) · Raw figures: [results.json](results.json)",
  ].join("\n\n");
}

/** The index, with the overview. */
export function indexMarkdown(evaluation: Evaluation): string {
  const [overview, ...rest] = evaluation.sections as [Section, ...Section[]];
  return [
    "# Evaluation",
    `Written by \`npm run eval\`; every figure here was measured by it. ${circumstances(evaluation)}`,
    overview.about,
    ...figuresMarkdown(overview, 1),
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
  return `_${model} on ${scores.clips} clips, ${momentText(date)}, thinkalong ${machine.thinkalong}, onnxruntime-node ${machine.onnxruntime}, \`${command}\`._`;
}
