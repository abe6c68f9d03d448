import { join } from "node:path";
import { Presets, SingleBar } from "cli-progress";
import { Command, InvalidArgumentError } from "commander";
import pc from "picocolors";
import { positive } from "../../src/cli/arguments.ts";
import { guarded, reportError } from "../../src/cli/failure.ts";
import { BUNDLED_MODEL, LABELLED_CLIPS_DIR, SAMPLE_DIR } from "../../src/cli/paths.ts";
import { MeasureError } from "../lib/errors.ts";
import { EXPERIMENTS, type Experiment, runBench } from "../speed/mod.ts";

interface BenchFlags {
  readonly only?: readonly Experiment[];
  readonly long: boolean;
  readonly out: string;
  readonly model: string;
  readonly threads: number;
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

/** What was asked for, without paths: it goes into the report. */
function commandLine({ only, long, model, threads }: BenchFlags): string {
  return [
    "thinkalong bench",
    ...(only === undefined ? [] : [`--only ${only.map(({ name }) => name).join(",")}`]),
    ...(long ? ["--long"] : []),
    ...(model === BUNDLED_MODEL ? [] : ["--model DIR"]),
    ...(threads === 1 ? [] : [`--threads ${threads}`]),
  ].join(" ");
}

/** How far a bench is, on standard error: a bar on a terminal, else a line whenever something else begins. */
class BenchProgress {
  private readonly bar =
    process.stderr.isTTY === true
      ? new SingleBar(
          {
            format: "{name} {bar} {percentage} %  {doing}",
            barsize: 30,
            hideCursor: true,
            stream: process.stderr,
          },
          Presets.shades_classic,
        )
      : null;
  private started: Experiment | null = null;
  private last = "";

  show(experiment: Experiment, fraction: number, doing: string): void {
    if (this.bar === null) {
      const line = `${experiment.name}: ${doing}`;
      if (line !== this.last) console.error(line);
      this.last = line;
      return;
    }
    if (this.started !== experiment) this.bar.start(100, 0, { name: experiment.name, doing });
    this.started = experiment;
    this.bar.update(Math.floor(100 * fraction), { doing });
  }

  stop(): void {
    this.bar?.stop();
    this.started = null;
  }
}

async function run(flags: BenchFlags): Promise<void> {
  const experiments = flags.only ?? EXPERIMENTS.filter(({ onlyLong }) => flags.long || onlyLong !== true);
  const stop = new AbortController();
  const interrupt = () => stop.abort();
  process.once("SIGINT", interrupt);
  process.once("SIGTERM", interrupt);
  const progress = new BenchProgress();
  const done: string[] = [];
  try {
    await runBench({
      experiments,
      order: EXPERIMENTS.map(({ name }) => name),
      out: flags.out,
      model: flags.model,
      threads: flags.threads,
      long: flags.long,
      clip: join(SAMPLE_DIR, "street.mp4"),
      labelledClips: LABELLED_CLIPS_DIR,
      command: commandLine(flags),
      signal: stop.signal,
      onProgress: (experiment, fraction, doing) => progress.show(experiment, fraction, doing),
      onDone: ({ name, title }, seconds) => {
        progress.stop();
        done.push(name);
        console.log(
          `${pc.bold(title)} ${pc.dim(`${Math.round(seconds)} s`)}  ${join(flags.out, `${name}.md`)}`,
        );
      },
    });
    console.log(`All of it: ${pc.cyan(join(flags.out, "README.md"))}`);
  } catch (error) {
    if (!stop.signal.aborted) throw error;
    progress.stop();
    const missing = experiments.filter(({ name }) => !done.includes(name)).map(({ name }) => name);
    reportError(`Stopped. These are not finished, and nothing of them was written: ${missing.join(", ")}.`);
    process.exitCode = 130;
  } finally {
    progress.stop();
    process.off("SIGINT", interrupt);
    process.off("SIGTERM", interrupt);
  }
}

export function benchCommand(): Command {
  return new Command("bench")
    .description("Measure latency, throughput and endurance on this machine, as tables and plots.")
    .option("--only <names>", "these experiments, separated by commas, instead of all", parseNames)
    .option("--long", "hours instead of minutes: longer streams, more rounds", false)
    .option("-o, --out <dir>", "folder that the report is written to", join("docs", "benchmarks"))
    .option("-m, --model <dir>", "folder of a model's bundle", BUNDLED_MODEL)
    .option("--threads <n>", "threads for each of the two workers", positive, 1)
    .addHelpText(
      "after",
      `
Experiments:
${EXPERIMENTS.map(({ name, title, onlyLong }) => `  ${name.padEnd(18)}${title}${onlyLong ? " (only with --long, or when named)" : ""}`).join("\n")}

Writes README.md with all tables and plots into the folder, and for each experiment NAME.md, NAME.json with the raw
figures, and its plots. A run of some experiments leaves the results of others in place. Run nothing else on the
machine meanwhile: other work disturbs the figures.

Examples:
  $ thinkalong bench
  $ thinkalong bench --only paradigms,many --out /tmp/figures
  $ thinkalong bench --long`,
    )
    .action(guarded(run, [MeasureError]));
}
