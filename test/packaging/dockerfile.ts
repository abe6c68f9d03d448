/** One instruction of a Dockerfile: its name, and what stands behind it on one line. */
export interface Instruction {
  readonly name: string;
  readonly text: string;
}

/** What is built from one base. */
export interface Stage {
  /** As `FROM … AS name` names it; null where it does not. */
  readonly name: string | null;
  readonly base: string;
  readonly instructions: readonly Instruction[];
}

/** The stages of a Dockerfile, the last of which is the image. */
export function stagesOf(dockerfile: string): Stage[] {
  const lines = dockerfile
    .replace(/^\s*#.*\n/gm, "")
    .replace(/\\\n/g, " ")
    .split("\n")
    .filter((line) => line.trim() !== "");
  const stages: { name: string | null; base: string; instructions: Instruction[] }[] = [];
  for (const line of lines) {
    const [, name, text] = /^([A-Z]+)\s+(.*)$/.exec(line) ?? [];
    if (name === undefined) throw new Error(`This is no instruction: ${line}`);
    const [, base, stage] = /^(\S+)(?:\s+AS\s+(\S+))?$/.exec(name === "FROM" ? text! : "") ?? [];
    if (base !== undefined) stages.push({ name: stage ?? null, base, instructions: [] });
    else stages.at(-1)?.instructions.push({ name, text: text! });
  }
  return stages;
}

/** All that a stage says under one name. */
export const saysOf = ({ instructions }: Stage, name: string) =>
  instructions.filter((each) => each.name === name).map(({ text }) => text);
