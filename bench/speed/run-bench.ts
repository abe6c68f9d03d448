import { loadBundle } from "../../src/models/mod.ts";
import { describeMachine, OtherWork } from "../lib/machine.ts";
import type { Experiment, ExperimentContext } from "./experiment.ts";
import { ReportWriter } from "./report-writer.ts";

export interface BenchOptions extends Omit<ExperimentContext, "progress"> {
  /** To be run, in turn. */
  readonly experiments: readonly Experiment[];
  /** Names of all that there are: what was measured earlier stays in the index. */
  readonly order: readonly string[];
  /** Folder that results are written to. */
  readonly out: string;
  /** For the report: the command line, without paths. */
  readonly command: string;
  readonly onProgress: (experiment: Experiment, fraction: number, text: string) => void;
  /** An experiment is finished and its files are written. */
  readonly onDone: (experiment: Experiment, seconds: number) => void;
}

/**
 * Runs experiments one after the other and writes what came of each as soon as it is finished. One that is aborted or
 * fails leaves no file.
 *
 * @throws {ModelError}, {EngineError}, {IngestError}; the signal's reason when that is aborted
 */
export async function runBench(options: BenchOptions): Promise<void> {
  const { experiments: _, order, out, command, onProgress, onDone, ...common } = options;
  const { model, signal } = common;
  const { manifest } = await loadBundle(model);
  const writer = new ReportWriter(out, order);
  for (const experiment of options.experiments) {
    signal.throwIfAborted();
    const progress = (fraction: number, text: string) => onProgress(experiment, fraction, text);
    const date = new Date().toISOString();
    const startedAtMs = performance.now();
    const others = new OtherWork();
    progress(0, "starting");
    const report = await experiment.run({ ...common, progress });
    signal.throwIfAborted();
    const seconds = (performance.now() - startedAtMs) / 1000;
    const otherCores = others.cores();
    const measured = { machine: describeMachine(), model: manifest.id, date, command };
    const { name, title, about } = experiment;
    await writer.add({ name, title, about, measured, seconds, otherCores, ...report });
    onDone(experiment, seconds);
  }
}
