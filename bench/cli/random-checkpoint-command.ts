import { Argument, Command } from "commander";
import pc from "picocolors";
import { positive } from "../../src/cli/arguments.ts";
import { guarded } from "../../src/cli/failure.ts";
import { buildSmollm2 } from "../../test/support/smollm2/installation.ts";
import { KNOWN, writeRandomCheckpoint } from "../checkpoints/mod.ts";
import { runMeasurement } from "./measurement.ts";

async function run(name: string, target: string, { seed }: { readonly seed: number }): Promise<void> {
  const known = KNOWN[name]!;
  await runMeasurement(
    async (signal, progress) => {
      const onProgress = (fraction: number) => progress.show(name, fraction, "writing weights");
      await writeRandomCheckpoint(known, { target, tokenizer: buildSmollm2(), seed, signal, onProgress });
      progress.stop();
      console.log(`${known.id} with random weights: ${pc.cyan(target)}`);
    },
    () => `Stopped. What is in ${target} has no weights.`,
  );
}

export function randomCheckpointCommand(): Command {
  const name = new Argument("<name>", "whose shapes it has").choices(Object.keys(KNOWN));
  return new Command("random-checkpoint")
    .addArgument(name)
    .argument("<dir>", "folder that it is written to")
    .option("--seed <n>", "of the weights", positive, 1)
    .addHelpText(
      "after",
      `
What such a model says is noise. How fast it is and what memory it takes is as with the trained weights. Its tokenizer is
that of SmolLM2 (\`npm run build:smollm2\`) with the special tokens of the named checkpoint.

Example:
  $ npm run random-checkpoint -- smolvlm2-256m /tmp/smolvlm2-256m`,
    )
    .action(guarded(run));
}
