import type { MachineFacts } from "../lib/machine.ts";
import { tableMarkdown } from "../lib/table.ts";
import type { Outcome, Trial } from "./trial.ts";

/** What a page says about a run beside its outcome. */
export interface RunFacts {
  /** The commit that was tried, shortened; null where that is not known. */
  readonly commit: string | null;
  /** Such as `2026-11-27`. */
  readonly date: string;
  readonly minutes: number;
  readonly machine: MachineFacts;
}

/** The page of a trial. */
export function outcomeMarkdown({ name, title }: Trial, { tried, findings }: Outcome, run: RunFacts): string {
  const { cpu, cores, memoryGiB, system, node } = run.machine;
  const table = tableMarkdown({
    title,
    columns: ["what", "bound", "measured", ""],
    rows: findings.map(({ what, bound, measured, held }) => [
      what,
      bound,
      measured,
      held ? "held" : "**not held**",
    ]),
  });
  return [
    `# ${title}`,
    `Tried: ${tried}.`,
    table,
    `Measured by \`npm run soak -- ${name}\` in ${run.minutes} min on ${run.date}, ` +
      `${run.commit === null ? "" : `commit ${run.commit}, `}${cores} cores of ${cpu}, ${memoryGiB} GiB, ${system}, Node ${node}.`,
    "",
  ]
    .join("\n\n")
    .trimEnd()
    .concat("\n");
}
