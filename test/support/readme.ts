import { readFileSync } from "node:fs";
import { join } from "node:path";

const FENCE = /^```(?<language>\w*)\n(?<text>.*?)^```$/gms;

/** How a section begins. Comments of a shell begin so, too, but with one sign. */
const SECTION = /^#{2,} /m;

/** A fenced block of a Markdown file. */
export interface Block {
  readonly language: string;
  readonly text: string;
}

/** The blocks of one section (`## heading`) of README.md. */
export function readmeBlocks(heading: string): Block[] {
  return pageBlocks("README.md", heading);
}

/** The blocks of one section of a page, down to the next heading of any level below the title's. */
export function pageBlocks(page: string, heading: string): Block[] {
  const text = readFileSync(join(import.meta.dirname, "../..", page), "utf8");
  const section = text.split(SECTION).find((each) => each.startsWith(`${heading}\n`));
  if (section === undefined) throw new Error(`${page} has no section "${heading}".`);
  return [...section.matchAll(FENCE)].map(({ groups }) => groups as unknown as Block);
}
