import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { describeMachine } from "../lib/machine.ts";
import { figuresJson, writeAtomically, writePlots } from "../lib/report-files.ts";
import { figuresMarkdown, momentText, type Section } from "../lib/section.ts";
import { promptedSection, rowsOf } from "./prompted-section.ts";
import { CHECKPOINT, type Prompted } from "./run-prompted.ts";
import type { ToldClip } from "./told-clips.ts";

/** What was measured, and how. */
export interface PromptedReport {
  readonly clips: readonly ToldClip[];
  readonly results: Prompted;
  readonly model: string;
  readonly command: string;
  /** ISO 8601, UTC. */
  readonly date: string;
}

/**
 * Writes README.md, its plot and results.json into a folder, and removes what was kept of clips that were done.
 *
 * @param notes what must be known to read it (Markdown)
 * @returns the page
 */
export async function writePrompted(
  dir: string,
  report: PromptedReport,
  notes: readonly string[],
): Promise<Section> {
  const { clips, results, model, command, date } = report;
  const section = promptedSection(clips, results, model, notes);
  const { cpu, cores, thinkalong } = describeMachine();
  await mkdir(dir, { recursive: true });
  await writePlots(dir, section);
  const page = [
    `# ${section.title}`,
    `_${model}, ${momentText(date)}, thinkalong ${thinkalong}, ${cores} cores of ${cpu}, \`${command}\`._`,
    section.about,
    ...figuresMarkdown(section, 1),
    "Raw figures: [results.json](results.json)",
  ];
  await writeAtomically(dir, "README.md", `${page.join("\n\n")}\n`);
  await writeAtomically(
    dir,
    "results.json",
    figuresJson({ model, command, date, rows: rowsOf(clips, results) }),
  );
  await rm(join(dir, CHECKPOINT), { force: true });
  return section;
}
