import { execFile } from "node:child_process";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { Command } from "commander";
import pc from "picocolors";
import { positive } from "../../src/cli/arguments.ts";
import { guarded } from "../../src/cli/failure.ts";
import { BUNDLED_MODEL } from "../../src/cli/paths.ts";
import { alertsMarkdown, alertsTable, runAlerts } from "../alerts/mod.ts";
import { MeasureError } from "../lib/errors.ts";
import { LABELLED_CLIPS_DIR } from "../lib/labelled-clips.ts";
import { writeAtomically } from "../lib/report-files.ts";
import { tableText } from "../lib/table.ts";
import { commandLine, runMeasurement } from "./measurement.ts";

interface AlertsFlags {
  readonly clips: string;
  readonly real?: string;
  readonly model: string;
  readonly out: string;
  readonly only?: number;
  readonly threads: number;
  readonly streams: number;
}

const FILE = "alerts.md";

async function run(flags: AlertsFlags): Promise<void> {
  const { real, out, ...options } = flags;
  const said = [
    ...(flags.clips === LABELLED_CLIPS_DIR ? [] : ["--clips DIR"]),
    ...(real === undefined ? [] : ["--real DIR"]),
    ...(flags.model === BUNDLED_MODEL ? [] : ["--model DIR"]),
    ...(flags.only === undefined ? [] : [`--only ${flags.only}`]),
  ];
  await runMeasurement(
    async (signal, progress) => {
      const evaluation = await runAlerts({
        ...options,
        real: real ?? null,
        signal,
        onProgress: (fraction, doing) => progress.show("alerts", fraction, doing),
      });
      progress.stop();
      const report = {
        evaluation,
        command: commandLine("eval:alerts", said),
        date: new Date().toISOString(),
        commit: await commitHere(),
      };
      await mkdir(out, { recursive: true });
      await writeAtomically(out, FILE, alertsMarkdown(report));
      for (const { rules } of [evaluation.rendered, evaluation.real])
        if (rules.length > 0) console.log(`${tableText(alertsTable("", rules))}\n`);
      console.log(`All of it: ${pc.cyan(join(out, FILE))}`);
    },
    () => "Stopped; nothing was written.",
  );
}

/** The commit that is measured; null outside of a clone. */
async function commitHere(): Promise<string | null> {
  const git = promisify(execFile)("git", ["rev-parse", "--short", "HEAD"]);
  return await git.then(
    ({ stdout }) => stdout.trim(),
    () => null,
  );
}

export function alertsCommand(): Command {
  return new Command("eval:alerts")
    .option("-c, --clips <dir>", "folder of clips, each NAME.mp4 with its NAME.json", LABELLED_CLIPS_DIR)
    .option("--real <dir>", "folder of real videos, each NAME.mp4 with its NAME.events.json")
    .option("-m, --model <dir>", "folder of a model's bundle", BUNDLED_MODEL)
    .option("-o, --out <dir>", "folder that the report is written to", join("docs", "evaluation"))
    .option("--only <n>", "so many clips, spread evenly over the folder", positive)
    .option("--streams <n>", "clips at once", positive, 4)
    .option("--threads <n>", "threads for each of the two workers", positive, 1)
    .addHelpText(
      "after",
      `
Plays every clip through the engine with alerts on its stream, as the server has them, and compares when they are raised
with the labels. The rules are in bench/alerts/rules.ts: plain ones, paraphrases, negations, and what must hold for a
while. Writes ${FILE}.

Examples:
  $ npm run eval:alerts
  $ npm run eval:alerts -- --clips held-out --only 60 --real videos`,
    )
    .action(guarded(run, [MeasureError]));
}
