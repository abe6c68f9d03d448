import { readFileSync } from "node:fs";
import { join } from "node:path";

const FENCE = /^```(?<language>\w*)\n(?<text>.*?)^```$/gms;

/** A fenced block of a Markdown file. */
export interface Block {
  readonly language: string;
  readonly text: string;
}

/** The blocks of one section (`## heading`) of README.md, or of another document. */
export function readmeBlocks(heading: string, document = "README.md"): Block[] {
  const readme = readFileSync(join(import.meta.dirname, "../..", document), "utf8");
  const section = readme.split(/^## /m).find((each) => each.startsWith(`${heading}\n`));
  if (section === undefined) throw new Error(`${document} has no section "${heading}".`);
  return [...section.matchAll(FENCE)].map(({ groups }) => groups as unknown as Block);
}
