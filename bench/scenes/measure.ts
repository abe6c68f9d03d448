/**
 * How the scene monitor does on clips that render.py made: `node --import tsx bench/scenes/measure.ts FOLDER`.
 * A clip is KIND.SEED.rgb: frames of 128×128 RGB at four a second. It prints a table, a row a kind.
 */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { SceneMonitor } from "../../src/scene/mod.ts";
import { percentile } from "../lib/statistics.ts";
import { type Cell, tableMarkdown } from "../lib/table.ts";

const SIDE = 128;
const FRAME = SIDE * SIDE * 3;
const UNIT_S = 0.5;

/** When what is to be recognised begins (s); else at the start. */
const BEGINS: Readonly<Record<string, number>> = { cut: 12, dark: 8, covered: 8 };

interface Run {
  readonly kind: string;
  readonly seconds: number;
  /** When the scene was first unfamiliar, since it has been what it is (s); null: never. */
  readonly delayS: number | null;
  readonly unfamiliarS: number;
  /** How often it became unfamiliar. */
  readonly alarms: number;
  readonly reasons: readonly string[];
  readonly cpuMs: number;
}

function cpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

function run(path: string, kind: string): Run {
  const bytes = readFileSync(path);
  const units = Math.floor(bytes.length / FRAME / 2);
  const monitor = new SceneMonitor(SIDE, SIDE);
  const begins = BEGINS[kind] ?? 0;
  const before = cpuMs();
  const said = Array.from({ length: units }, (_, unit) => {
    const frames = bytes.subarray(2 * unit * FRAME, 2 * (unit + 1) * FRAME);
    const mediaTimeMs = 250 * (2 * unit + 1);
    return monitor.see({ mediaTimeMs, seconds: [unit === 0 ? 0 : 0.25, 0.25], frames }).reason;
  });
  const at = said.findIndex((reason, unit) => reason !== null && (unit + 0.5) * UNIT_S >= begins);
  return {
    kind,
    seconds: units * UNIT_S,
    delayS: at === -1 ? null : (at + 0.5) * UNIT_S - begins,
    unfamiliarS: UNIT_S * said.filter((reason) => reason !== null).length,
    alarms: said.filter((reason, unit) => reason !== null && (said[unit - 1] ?? null) === null).length,
    reasons: said.filter((reason) => reason !== null),
    cpuMs: cpuMs() - before,
  };
}

function row(kind: string, runs: readonly Run[]): Cell[] {
  const sum = (of: (run: Run) => number) => runs.reduce((total, each) => total + of(each), 0);
  const delays = runs.flatMap(({ delayS }) => (delayS === null ? [] : [delayS]));
  const counts = new Map<string, number>();
  for (const reason of runs.flatMap(({ reasons }) => reasons))
    counts.set(reason, (counts.get(reason) ?? 0) + 1);
  const reasons = [...counts].sort((a, b) => b[1] - a[1]).map(([reason]) => reason);
  const hours = sum(({ seconds }) => seconds) / 3600;
  const delay = (share: number) => (delays.length === 0 ? "–" : percentile(delays, share).toFixed(1));
  return [
    kind,
    runs.length,
    `${delays.length} of ${runs.length}`,
    `${delay(0.5)} / ${delay(0.9)}`,
    `${Math.round((100 * sum(({ unfamiliarS }) => unfamiliarS)) / (3600 * hours))} %`,
    (sum(({ alarms }) => alarms) / hours).toFixed(1),
    reasons.join(", "),
    (sum((each) => each.cpuMs) / ((3600 * hours) / UNIT_S)).toFixed(2),
  ];
}

const [folder] = process.argv.slice(2) as [string];
const byKind = new Map<string, Run[]>();
for (const name of readdirSync(folder).sort()) {
  if (!name.endsWith(".rgb")) continue;
  const kind = name.split(".").at(-3)!;
  byKind.set(kind, [...(byKind.get(kind) ?? []), run(join(folder, name), kind)]);
}
console.log(
  tableMarkdown({
    title: "",
    columns: [
      "kind",
      "clips",
      "unfamiliar",
      "after (s, p50 / p90)",
      "time unfamiliar",
      "times an hour",
      "reasons",
      "CPU a unit (ms)",
    ],
    rows: [...byKind].map(([kind, runs]) => row(kind, runs)),
  }),
);
