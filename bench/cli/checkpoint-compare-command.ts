import { mkdtemp, rm } from "node:fs/promises";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { Command, InvalidArgumentError, Option } from "commander";
import { positive } from "../../src/cli/arguments.ts";
import { guarded } from "../../src/cli/failure.ts";
import { convertCheckpoint } from "../../src/models/mod.ts";
import { compareCheckpoint, comparisonTable, OTHERS, type Other } from "../checkpoints/compare/compare.ts";
import { TRANSFORMERS_JS_VERSION } from "../checkpoints/compare/transformers-js.ts";
import { describeMachine } from "../lib/machine.ts";
import { runMeasurement } from "./measurement.ts";

interface Flags {
  readonly seconds: readonly number[];
  readonly runs: number;
  readonly threads: number;
  readonly pictureSize?: number;
  readonly with: ReadonlySet<Other>;
  readonly json?: true;
}

function lengths(value: string): number[] {
  const list = value.split(",").map(Number);
  if (!list.every((each, i) => Number.isInteger(each) && each > (list[i - 1] ?? 0)))
    throw new InvalidArgumentError("It must be ascending whole numbers of seconds with commas between them.");
  return list;
}

function others(value: string): ReadonlySet<Other> {
  const names = value === "none" ? [] : value.split(",");
  const unknown = names.find((name) => !OTHERS.includes(name as Other));
  if (unknown !== undefined)
    throw new InvalidArgumentError(`${unknown} is not known. Choose of ${OTHERS.join(", ")}, or none.`);
  return new Set(names as Other[]);
}

async function run(
  checkpoint: string,
  { seconds, runs, threads, pictureSize, with: asked, json }: Flags,
): Promise<void> {
  const scratch = await mkdtemp(join(tmpdir(), "thinkalong-compare-"));
  try {
    await runMeasurement(
      async (signal) => {
        const bundle = join(scratch, "bundle");
        await convertCheckpoint({ source: checkpoint, target: bundle, weights: "q8", signal });
        const comparison = await compareCheckpoint({
          ...{ checkpoint, bundle, scratch, seconds, runs, threads, signal },
          side: pictureSize,
          others: asked,
          onProgress: (what) => console.error(what),
        });
        const machine = describeMachine();
        if (json) {
          console.log(
            JSON.stringify({ machine, transformersJs: TRANSFORMERS_JS_VERSION, ...comparison }, null, 1),
          );
          return;
        }
        const { cpu, cores, system, node, onnxruntime } = machine;
        console.log(`${comparisonTable(comparison)}

Pictures of ${comparison.side} px, a context of ${comparison.context} tokens, ${runs} questions each (medians).
${cpu}, ${cores} cores, ${system}, Node ${node}, onnxruntime ${onnxruntime}, transformers.js ${TRANSFORMERS_JS_VERSION}.`);
      },
      () => "Stopped.",
    );
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

export function checkpointCompareCommand(): Command {
  return new Command("checkpoint-compare")
    .argument("<dir>", "folder of the checkpoint, as it is on the Hugging Face hub")
    .option("--seconds <list>", "lengths of the video at which is asked", lengths, [10, 60, 300])
    .option("--runs <n>", "questions at each length", positive, 3)
    .option("--threads <n>", "threads of each way, shared by its workers", positive, availableParallelism())
    .option("--picture-size <px>", "side of the pictures (default: what thinkalong keeps up with)", positive)
    .addOption(
      new Option("--with <list>", `who is asked besides thinkalong: ${OTHERS.join(", ")}, or none`)
        .argParser(others)
        .default(new Set(OTHERS), "both"),
    )
    .option("--json", "as JSON")
    .addHelpText(
      "after",
      `
transformers.js (half a gigabyte) and a llama.cpp server (200 MB) are installed into your cache when they are not there.

Example, with random weights of true shapes:
  $ npm run random-checkpoint -- smolvlm2-256m /tmp/smolvlm2-256m
  $ npm run checkpoint-compare -- /tmp/smolvlm2-256m --seconds 10,60`,
    )
    .action(guarded(run));
}
