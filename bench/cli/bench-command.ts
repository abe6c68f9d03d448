import { join } from "node:path";
import { Command, InvalidArgumentError, Option } from "commander";
import pc from "picocolors";
import type { Isolation } from "../../src/backends/mod.ts";
import { levels, positive } from "../../src/cli/arguments.ts";
import { guarded } from "../../src/cli/failure.ts";
import { BUNDLED_MODEL, SAMPLE_DIR } from "../../src/cli/paths.ts";
import { MeasureError } from "../lib/errors.ts";
import { LABELLED_CLIPS_DIR } from "../lib/labelled-clips.ts";
import { EXPERIMENTS, type Experiment, runBench } from "../speed/mod.ts";
import { commandLine, runMeasurement } from "./measurement.ts";

interface BenchFlags {
  readonly only?: readonly Experiment[];
  readonly long: boolean;
  readonly out: string;
  readonly model: string;
  readonly threads: number;
  readonly isolation: Isolation;
  readonly changedParts?: number;
  readonly otherModel?: string;
}

/** Named experiments, in their own order. */
function parseNames(value: string): Experiment[] {
  const names = value.split(",").map((name) => name.trim());
  const unknown = names.find((name) => !EXPERIMENTS.some((experiment) => experiment.name === name));
  if (unknown !== undefined) {
    const all = EXPERIMENTS.map(({ name }) => name).join(", ");
    throw new InvalidArgumentError(`There is no experiment ${JSON.stringify(unknown)}; there are: ${all}.`);
  }
  return EXPERIMENTS.filter(({ name }) => names.includes(name));
}

function commandOf({ only, long, model, threads, isolation, changedParts, otherModel }: BenchFlags): string {
  return commandLine("bench", [
    ...(only === undefined ? [] : [`--only ${only.map(({ name }) => name).join(",")}`]),
    ...(long ? ["--long"] : []),
    ...(model === BUNDLED_MODEL ? [] : ["--model DIR"]),
    ...(threads === 1 ? [] : [`--threads ${threads}`]),
    ...(isolation === "threads" ? [] : [`--isolation ${isolation}`]),
    ...(changedParts === undefined ? [] : [`--changed-parts ${changedParts}`]),
    ...(otherModel === undefined ? [] : ["--other-model DIR"]),
  ]);
}

async function run(flags: BenchFlags): Promise<void> {
  const { only, out, changedParts, ...context } = flags;
  const experiments = only ?? EXPERIMENTS.filter(({ onlyLong }) => flags.long || onlyLong !== true);
  const missing = new Set(experiments.map(({ name }) => name));
  await runMeasurement(
    async (signal, progress) => {
      await runBench({
        ...context,
        ...(changedParts !== undefined && { changedLevels: changedParts }),
        experiments,
        order: EXPERIMENTS.map(({ name }) => name),
        out,
        clip: join(SAMPLE_DIR, "street.mp4"),
        labelledClips: LABELLED_CLIPS_DIR,
        command: commandOf(flags),
        signal,
        onProgress: ({ name }, fraction, doing) => progress.show(name, fraction, doing),
        onDone: ({ name, title }, seconds) => {
          progress.stop();
          missing.delete(name);
          console.log(`${pc.bold(title)} ${pc.dim(`${Math.round(seconds)} s`)}  ${join(out, `${name}.md`)}`);
        },
      });
      console.log(`All of it: ${pc.cyan(join(out, "README.md"))}`);
    },
    () => `Stopped. These are not finished, and nothing of them was written: ${[...missing].join(", ")}.`,
  );
}

export function benchCommand(): Command {
  return new Command("bench")
    .option("--only <names>", "these experiments, separated by commas, instead of all", parseNames)
    .option("--long", "hours instead of minutes: longer streams, more rounds", false)
    .option("-o, --out <dir>", "folder that the report is written to", join("docs", "benchmarks"))
    .option("-m, --model <dir>", "folder of a model's bundle", BUNDLED_MODEL)
    .option(
      "--changed-parts <levels>",
      "`many` also measures how many cameras hold when only what changed by more than so many levels is encoded",
      levels,
    )
    .option(
      "--other-model <dir>",
      "`many` also measures how many cameras hold with the bundle in this folder",
    )
    .option("--threads <n>", "threads for each of the two workers", positive, 1)
    .addOption(
      new Option("--isolation <where>", "whether the two workers run in a process of their own, as in serve")
        .choices(["threads", "process"])
        .default("threads"),
    )
    .addHelpText(
      "after",
      `
Experiments:
${EXPERIMENTS.map(({ name, title, onlyLong }) => `  ${name.padEnd(18)}${title}${onlyLong ? " (only with --long, or when named)" : ""}`).join("\n")}

Writes README.md with all tables and plots into the folder, and for each experiment NAME.md, NAME.json with the raw
figures, and its plots. A run of some experiments leaves the results of others in place. Run nothing else on the
machine meanwhile: other work disturbs the figures.

Examples:
  $ npm run bench
  $ npm run bench -- --only paradigms,many --out /tmp/figures
  $ npm run bench -- --long`,
    )
    .action(guarded(run, [MeasureError]));
}
