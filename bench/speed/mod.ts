/** Experiments that measure the engine, and the reports that come of them. */
import type { Experiment } from "./experiment.ts";
import { attention } from "./experiments/attention.ts";
import { baselines } from "./experiments/baselines.ts";
import { decode } from "./experiments/decode.ts";
import { decoding } from "./experiments/decoding.ts";
import { drafts } from "./experiments/drafts.ts";
import { endless, endlessRealtime } from "./experiments/endless.ts";
import { many } from "./experiments/many.ts";
import { overlap } from "./experiments/overlap.ts";
import { paradigms } from "./experiments/paradigms.ts";
import { parts } from "./experiments/parts.ts";
import { still } from "./experiments/still.ts";
import { windows } from "./experiments/windows.ts";

export type { Experiment, ExperimentContext, Report } from "./experiment.ts";
export { type BenchOptions, runBench } from "./run-bench.ts";

/** All that there are, in the order in which they are run and shown. */
export const EXPERIMENTS: readonly Experiment[] = [
  paradigms(),
  baselines(),
  overlap(),
  endless(),
  many(),
  windows(),
  decode(),
  attention(),
  drafts(),
  still(),
  parts(),
  decoding(),
  endlessRealtime(),
];
