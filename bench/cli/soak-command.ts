import { execFileSync } from "node:child_process";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { Argument, Command } from "commander";
import pc from "picocolors";
import { positive } from "../../src/cli/arguments.ts";
import { guarded } from "../../src/cli/failure.ts";
import { describeMachine } from "../lib/machine.ts";
import { writeAtomically } from "../lib/report-files.ts";
import { outcomeMarkdown, type Size, TRIALS, type Trial } from "../reliability/mod.ts";
import { runMeasurement } from "./measurement.ts";

interface SoakFlags {
  readonly short: boolean;
  readonly minutes?: number;
  readonly seed: number;
  readonly out: string;
}

const root = join(import.meta.dirname, "../..");

/** Null where this is no checkout, or git is not there. */
function commit(): string | null {
  try {
    return execFileSync("git", ["describe", "--always", "--dirty"], { cwd: root, encoding: "utf8" }).trim();
  } catch {
    return null;
  }
}

async function run(
  names: readonly string[],
  { short, minutes: length, seed, out }: SoakFlags,
): Promise<void> {
  const trials = names.length === 0 ? TRIALS : TRIALS.filter(({ name }) => names.includes(name));
  const size: Size = short ? "short" : "long";
  const missing = new Set(trials.map(({ name }) => name));
  await runMeasurement(
    async (signal, progress) => {
      for (const trial of trials) {
        const since = performance.now();
        const onProgress = (fraction: number, doing: string) => progress.show(trial.name, fraction, doing);
        onProgress(0, "starting");
        // As it is installed, so that it is tried as users run it.
        const program = [join(root, "dist/cli/main.js")] as const;
        const outcome = await trial.run({ size, minutes: length ?? null, seed, program, signal, onProgress });
        progress.stop();
        missing.delete(trial.name);
        print(trial, outcome);
        if (short) continue;
        const minutes = Math.max(1, Math.round((performance.now() - since) / 60_000));
        const date = new Date().toISOString().slice(0, 10);
        const page = outcomeMarkdown(trial, outcome, {
          commit: commit(),
          date,
          minutes,
          machine: describeMachine(),
        });
        await mkdir(out, { recursive: true });
        await writeAtomically(out, `${trial.name}.md`, page);
        console.log(pc.dim(`  ${join(out, `${trial.name}.md`)}`));
      }
    },
    () => `Stopped. These are not finished: ${[...missing].join(", ")}.`,
  );
}

function print({ title }: Trial, { tried, findings }: Awaited<ReturnType<Trial["run"]>>): void {
  console.log(`${pc.bold(title)} ${pc.dim(tried)}`);
  for (const { what, measured, bound, held } of findings) {
    const mark = held ? pc.green("held") : pc.red("NOT HELD");
    console.log(`  ${mark}  ${what}: ${measured} ${pc.dim(`(${bound})`)}`);
    if (!held) process.exitCode = 1;
  }
}

export function soakCommand(): Command {
  const name = new Argument("[name...]", "trials; all of them when none is named").choices(
    TRIALS.map(({ name }) => name),
  );
  return new Command("soak")
    .addArgument(name)
    .option("--short", "seconds instead of minutes, as in the tests; writes nothing", false)
    .option("-m, --minutes <n>", "how long the trials clients and sinks last; default: 30 and 2", positive)
    .option("--seed <n>", "of everything that is random", positive, 1)
    .option("-o, --out <dir>", "folder that the results are written to", join("docs", "reliability"))
    .addHelpText(
      "after",
      `
Trials:
${TRIALS.map(({ name, title }) => `  ${name.padEnd(18)}${title}`).join("\n")}

Exits with 1 when something did not hold.

Examples:
  $ npm run soak
  $ npm run soak -- fuzz --seed 7
  $ npm run soak -- clients --minutes 3
  $ npm run soak -- crowd --short`,
    )
    .action(guarded(run));
}
