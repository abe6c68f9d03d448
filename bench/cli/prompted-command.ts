import { join } from "node:path";
import { Command } from "commander";
import pc from "picocolors";
import { positive } from "../../src/cli/arguments.ts";
import { guarded } from "../../src/cli/failure.ts";
import { tableText } from "../lib/table.ts";
import { readToldClips, runPrompted, TOLD_CLIPS, writePrompted } from "../prompting/mod.ts";
import { commandLine, runMeasurement } from "./measurement.ts";

interface PromptedFlags {
  readonly name: string;
  readonly out: string;
  readonly only?: number;
  readonly baseline: number;
}

/** Clips on which the same model says something each unit: it takes three times as long as the policy does. */
const BASELINE = 10;

const NOTES = [
  "Whether a thought is true is not measured. What a model of this size says of a sentence is often wrong.",
  "A still unit is told from others by comparing sentences. With pictures the still detector does that, and is less sure " +
    "of it.",
  "[How prompts and rules were chosen](choices.md), and what did not work.",
];

async function run(url: string, { name, out, only, baseline }: PromptedFlags): Promise<void> {
  const options = [
    "URL",
    ...(only === undefined ? [] : [`--only ${only}`]),
    ...(baseline === BASELINE ? [] : [`--baseline ${baseline}`]),
  ];
  await runMeasurement(
    async (signal, progress) => {
      const clips = (await readToldClips(TOLD_CLIPS)).slice(0, only);
      const onProgress = (fraction: number, doing: string) => progress.show("prompted", fraction, doing);
      const results = await runPrompted({
        url,
        clips: { policy: clips, eachUnit: clips.slice(0, baseline) },
        out,
        signal,
        onProgress,
      });
      progress.stop();
      const command = commandLine("eval:prompted", options);
      const report = { clips, results, model: name, command, date: new Date().toISOString() };
      const { tables } = await writePrompted(out, report, NOTES);
      for (const table of tables) console.log(`${tableText(table)}\n`);
      console.log(`All of it: ${pc.cyan(join(out, "README.md"))}`);
    },
    () => `Stopped. The clips that are done are kept in ${out}; the same command goes on from there.`,
  );
}

export function promptedCommand(): Command {
  return new Command("eval:prompted")
    .argument("<url>", "an OpenAI-compatible server that has one model")
    .option("-n, --name <name>", "what the report calls the model", "SmolLM2-135M-Instruct")
    .option("-o, --out <dir>", "folder that the report is written to", join("docs", "evaluation", "prompted"))
    .option("--only <n>", "the first so many clips", positive)
    .option("--baseline <n>", "clips on which the model also says something each unit", positive, BASELINE)
    .addHelpText(
      "after",
      `
Puts the narrator of the remote engine to clips of which each unit is told as a sentence, and compares the units in which
it speaks with those in which something happens: F1, how often it says the same again, and what it costs. Beside it stands
the same model saying something each unit. Writes README.md, a plot and results.json. A run that was stopped goes on where
it was.

The clips are in bench/prompting/clips.json. Others can be made (Python with numpy and opencv; no PyTorch):
  $ cd training && python -m stages.sentences --first 1000 --out FILE

Examples:
  $ npm run eval:prompted -- http://127.0.0.1:8080
  $ npm run eval:prompted -- http://127.0.0.1:8080 --only 5 --baseline 2 --out /tmp/prompted`,
    )
    .action(guarded(run));
}
