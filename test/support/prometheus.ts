import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { findPrometheus } from "./prometheus/installation.ts";

const script = join(import.meta.dirname, "prometheus/read_metrics.py");

/**
 * Whether tests can read metrics with Prometheus' own parsers: `it.skipIf(!hasPrometheus)`. Where
 * `THINKALONG_NEED_PROMETHEUS` is set, as in CI, they are not skipped, and reading fails.
 */
export const hasPrometheus: boolean =
  findPrometheus() !== null || Boolean(process.env.THINKALONG_NEED_PROMETHEUS);

const missing =
  "Prometheus' parsers are not installed for the tests. `npm run build:prometheus` installs them.";
if (!hasPrometheus) console.warn(`${missing} The tests that need them are skipped.`);

/** A value of a metric. */
export interface Sample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number | string;
}

/** A metric as Prometheus reads it. */
export interface Family {
  readonly name: string;
  readonly type: string;
  readonly help: string;
  readonly samples: readonly Sample[];
}

/**
 * Reads metrics as Prometheus does.
 *
 * @throws {Error} when it cannot read them
 */
export function readMetrics(text: string, format: "plain" | "openmetrics"): Family[] {
  const python = findPrometheus();
  if (python === null) throw new Error(missing);
  const { status, stdout, stderr } = spawnSync(python, [script, format], { input: text, encoding: "utf8" });
  if (status !== 0) throw new Error(`Prometheus cannot read the metrics. ${stderr}`);
  return JSON.parse(stdout) as Family[];
}
