import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Command } from "commander";
import { positive } from "../../src/cli/arguments.ts";
import { guarded } from "../../src/cli/failure.ts";
import { towerError } from "../checkpoints/mod.ts";
import { runMeasurement } from "./measurement.ts";

interface Flags {
  readonly threads: number;
}

async function run(checkpoint: string, { threads }: Flags): Promise<void> {
  const scratch = await mkdtemp(join(tmpdir(), "thinkalong-error-"));
  try {
    await runMeasurement(
      async (signal) => {
        const errors = await towerError({ checkpoint, scratch, threads, signal });
        for (const { side, relative } of errors)
          console.log(`${side} px: ${(100 * relative).toFixed(2)} % of the features' length`);
      },
      () => "Stopped.",
    );
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

export function checkpointErrorCommand(): Command {
  return new Command("checkpoint-error")
    .argument("<dir>", "folder of the checkpoint, as it is on the Hugging Face hub")
    .option("--threads <n>", "inference threads", positive, 1)
    .addHelpText(
      "after",
      `
Example, with random weights of true shapes:
  $ npm run random-checkpoint -- smolvlm2-256m /tmp/smolvlm2-256m
  $ npm run checkpoint-error -- /tmp/smolvlm2-256m`,
    )
    .action(guarded(run));
}
