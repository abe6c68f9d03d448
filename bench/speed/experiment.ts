import type { Isolation } from "../../src/backends/mod.ts";
import type { Plot } from "../lib/plot.ts";
import type { Table } from "../lib/table.ts";

/** What an experiment runs with. */
export interface ExperimentContext {
  /** Folder of the model's bundle. */
  readonly model: string;
  /** Threads of each worker's inference. */
  readonly threads: number;
  /** Where the workers run; default `threads`. */
  readonly isolation?: Isolation;
  /** `many` also measures how many cameras hold when only what changed by more than so many levels is encoded. */
  readonly changedLevels?: number;
  /** Folder of another model's bundle: `many` also measures how many cameras hold with that. */
  readonly otherModel?: string;
  /** A video file, the same for all experiments. */
  readonly clip: string;
  /** Folder of held-out clips with labels. */
  readonly labelledClips: string;
  /** Take hours where that says more. */
  readonly long: boolean;
  /** Aborted when a person stops it: let go of everything and reject. */
  readonly signal: AbortSignal;
  /** Tells how far it is (0 to 1) and what it is doing. */
  progress(fraction: number, text: string): void;
}

/** What came of an experiment. All of it must survive JSON; what has no value is NaN. */
export interface Report {
  /** The ones that matter most first. */
  readonly tables: readonly Table[];
  readonly plots: readonly Plot[];
  /** Every figure that a table or plot was made from. Times in ms unless their name says otherwise. */
  readonly figures: Readonly<Record<string, unknown>>;
  /** In markdown: what must be known to read the figures, and which targets were missed and why. */
  readonly notes: readonly string[];
}

/** One question that is put to the machine. */
export interface Experiment {
  /** In kebab-case: names its files and selects it on the command line. */
  readonly name: string;
  readonly title: string;
  /** One paragraph of markdown: what is measured, and how. */
  readonly about: string;
  /** Takes an hour or more: runs only with `--long`, or when it is named. */
  readonly onlyLong?: boolean;
  /** Rejects when the signal is aborted, or when something failed: a report is always whole. */
  run(context: ExperimentContext): Promise<Report>;
}
