import { join } from "node:path";
import { Command, InvalidArgumentError } from "commander";
import pc from "picocolors";
import { POSITION_SCHEMES, type PositionSchemeName } from "../../src/cache/mod.ts";
import { levels, positive } from "../../src/cli/arguments.ts";
import { guarded } from "../../src/cli/failure.ts";
import { BUNDLED_MODEL } from "../../src/cli/paths.ts";
import { type Evaluation, runEval, writeEvaluation } from "../accuracy/mod.ts";
import { MeasureError } from "../lib/errors.ts";
import { LABELLED_CLIPS_DIR } from "../lib/labelled-clips.ts";
import { figuresJson } from "../lib/report-files.ts";
import { tableText } from "../lib/table.ts";
import { commandLine, runMeasurement } from "./measurement.ts";

interface EvalFlags {
  readonly clips: string;
  readonly model: string;
  readonly out: string;
  readonly only?: number;
  readonly threads: number;
  readonly streams: number;
  readonly orders: boolean;
  readonly positions: readonly PositionSchemeName[];
  readonly lengths: readonly number[];
  readonly last4: boolean;
  readonly changedParts?: number;
  readonly json: boolean;
}

function parseSchemes(value: string): PositionSchemeName[] {
  return value.split(",").map((part) => {
    const name = POSITION_SCHEMES.find((scheme) => scheme === part.trim());
    if (name !== undefined) return name;
    const message = `There is no position scheme ${JSON.stringify(part)}; there are: ${POSITION_SCHEMES.join(", ")}.`;
    throw new InvalidArgumentError(message);
  });
}

function parseMinutes(value: string): number[] {
  return value.split(",").map((part) => {
    const minutes = Number(part);
    if (part.trim() !== "" && minutes > 0 && Number.isFinite(minutes)) return minutes;
    throw new InvalidArgumentError(`${JSON.stringify(part)} is not a number of minutes.`);
  });
}

function commandOf(flags: EvalFlags): string {
  return commandLine("eval", [
    ...(flags.clips === LABELLED_CLIPS_DIR ? [] : ["--clips DIR"]),
    ...(flags.model === BUNDLED_MODEL ? [] : ["--model DIR"]),
    ...(flags.only === undefined ? [] : [`--only ${flags.only}`]),
    ...(flags.orders ? ["--orders"] : []),
    ...(flags.positions.length === 0 ? [] : [`--positions ${flags.positions.join(",")}`]),
    ...(flags.lengths.length === 0 ? [] : [`--lengths ${flags.lengths.join(",")}`]),
    ...(flags.last4 ? ["--last4"] : []),
    ...(flags.changedParts === undefined ? [] : [`--changed-parts ${flags.changedParts}`]),
  ]);
}

function tell(evaluation: Evaluation, { json, out }: EvalFlags): void {
  if (json) {
    process.stdout.write(figuresJson(evaluation));
    return;
  }
  for (const table of evaluation.sections[0]!.tables) console.log(`${tableText(table)}\n`);
  console.log(`All of it: ${pc.cyan(join(out, "README.md"))}`);
}

async function run(flags: EvalFlags): Promise<void> {
  const { json: _, out, changedParts: changedLevels, ...options } = flags;
  await runMeasurement(
    async (signal, progress) => {
      const evaluation = await runEval({
        ...options,
        settings: { changedLevels },
        command: commandOf(flags),
        signal,
        onProgress: (fraction, doing) => progress.show("eval", fraction, doing),
      });
      progress.stop();
      await writeEvaluation(out, evaluation);
      tell(evaluation, flags);
    },
    () => "Stopped; nothing was written.",
  );
}

export function evalCommand(): Command {
  return new Command("eval")
    .option("-c, --clips <dir>", "folder of clips, each NAME.mp4 with its NAME.json", LABELLED_CLIPS_DIR)
    .option("-m, --model <dir>", "folder of a model's bundle", BUNDLED_MODEL)
    .option("-o, --out <dir>", "folder that the report is written to", join("docs", "evaluation"))
    .option("--only <n>", "so many clips, spread evenly over the folder", positive)
    .option("--orders", "compare streamed, interleaved and batch order", false)
    .option("--positions <schemes>", `compare with these: ${POSITION_SCHEMES.join(",")}`, parseSchemes, [])
    .option("--lengths <minutes>", "compare clips of these lengths, as 1,4,20", parseMinutes, [])
    .option("--last4", "also measure without memory: only the last four frames", false)
    .option("--changed-parts <levels>", "encode only what changed by more than so many levels", levels)
    .option("--streams <n>", "clips at once", positive, 4)
    .option("--threads <n>", "threads for each of the two workers", positive, 1)
    .option("--json", "print results.json instead of the overview", false)
    .addHelpText(
      "after",
      `
Plays every clip through the engine with the settings of the service, asks its questions at their moments, and compares
the output with the labels: events by verb, place and colour, their time, false positives, answers by kind. Each figure
has a 95 % confidence interval and stands beside a baseline that does not look at the video. Writes README.md with the
targets, a page for events and one for answers, plots, and results.json.

A label file is JSON: { video, seconds, events: [{ t, verb, place, colour, kind, other? }], questions: [{ t, kind,
ask, answer, family?, oldestS?, seconds? }], split?, theme? }; times are seconds of the video. bench/clips has examples.

Examples:
  $ npm run eval
  $ npm run eval -- --clips held-out --only 20 --last4
  $ npm run eval -- --clips held-out --positions real-time,contiguous --lengths 1,4,20
  $ npm run -s eval -- --json --out /tmp/evaluation > results.json`,
    )
    .action(guarded(run, [MeasureError]));
}
