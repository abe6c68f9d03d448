import type { StreamTotals } from "../../../src/engine/mod.ts";
import type { Plot } from "../../lib/plot.ts";
import { pairedRatios, type Spread, spread } from "../../lib/statistics.ts";
import { type Table, targetTable } from "../../lib/table.ts";
import type { Bucket } from "../endurance-log.ts";
import type { Report } from "../experiment.ts";
import type { OldAndYoung, Stretch } from "./old-and-young.ts";

/** How much is measured. */
export interface EndlessSizes {
  /** Frames a second of media time. */
  readonly fps: number;
  /** Of media time. */
  readonly hours: number;
  /** The stream is cut into about so many parts of equal length. */
  readonly buckets: number;
  /** How often in its course the stream is compared with a young one. */
  readonly pairs: number;
  /** Units of such a comparison. */
  readonly pairUnits: number;
}

export interface Endurance {
  readonly sizes: EndlessSizes;
  readonly unitsPerBucket: number;
  /** Media time of a unit (h). */
  readonly unitHours: number;
  readonly buckets: readonly Bucket[];
  readonly pairs: readonly OldAndYoung[];
  /** Units that were not encoded again, as nothing had changed. */
  readonly still: number;
  readonly totals: StreamTotals;
}

/** Share of a stream that may still be filling its windows and warming up. */
const WARM_UP = 0.05;
/** How far the last part may be from the first. */
const TOLERANCE = 0.05;

interface Measure {
  readonly name: string;
  readonly of: (bucket: Bucket) => number;
}

/** A thought is one step when it is skipped and several when it is spoken: its median would leap between the two. */
const MEASURES: readonly Measure[] = [
  { name: "TTFT p50 (ms)", of: ({ ttft }) => ttft.p50 },
  { name: "vision of a unit p50 (ms)", of: ({ encoded }) => encoded.p50 },
  { name: "a thought, mean (ms)", of: ({ reasoned }) => reasoned.mean },
  { name: "resident memory (MiB)", of: ({ rssMiB }) => rssMiB.median },
  { name: "heap of the main thread (MiB)", of: ({ heapMiB }) => heapMiB.median },
];

export function enduranceReport(endurance: Endurance): Report {
  const { sizes, unitsPerBucket, unitHours, buckets, pairs, still, totals } = endurance;
  const warm = buckets.slice(Math.min(buckets.length - 1, Math.ceil(WARM_UP * buckets.length)));
  return {
    tables: [
      ...(pairs.length === 0 ? [] : [oldToYoung(pairs)]),
      comparison(warm),
      course(warm, unitsPerBucket * unitHours, buckets.length - warm.length),
    ],
    plots: [latencyPlot(endurance), memoryPlot(endurance)],
    figures: { sizes, unitsPerBucket, unitHours, totals, still, pairs, buckets },
    notes: [
      `${sizes.hours} h of stream: ${totals.units} units (${still} of them still, and not encoded), ${totals.thoughts} thoughts spoken, ${totals.framesDropped} frames dropped, ${totals.visualUnitsEvicted} units and ${totals.textTokensEvicted} tokens of thought evicted.`,
      `The first ${Math.round(100 * WARM_UP)} % are warm-up. A target is met when last / first is at most ${100 * TOLERANCE} % above 1. The range over all parts shows how much they differ for other reasons, such as other work on the machine.`,
      "Memory was read after a garbage collection of the main thread. The garbage of the two workers counts as resident.",
    ],
  };
}

function oldToYoung(pairs: readonly OldAndYoung[]): Table {
  const ratio = (of: (stretch: Stretch) => number) =>
    pairedRatios(
      pairs.map(({ old }) => of(old)),
      pairs.map(({ young }) => of(young)),
    );
  const atMost = 1 + TOLERANCE;
  return targetTable("The old stream against a young one", [
    { what: "TTFT p50: old / young", measured: ratio(({ ttft }) => ttft), atMost },
    { what: "vision of a unit p50: old / young", measured: ratio(({ encoded }) => encoded), atMost },
    { what: "a thought, mean: old / young", measured: ratio(({ reasoned }) => reasoned), atMost },
  ]);
}

function comparison(warm: readonly Bucket[]): Table {
  return {
    title: "The last part against the first after warm-up",
    columns: ["", "first", "last", "last / first", "all parts", "target", ""],
    rows: MEASURES.map(({ name, of }) => {
      const values = warm.map(of);
      const [first, last] = [values[0]!, values.at(-1)!];
      const met = last / first <= 1 + TOLERANCE;
      return [
        name,
        first,
        last,
        last / first,
        spread(values),
        `≤ ${1 + TOLERANCE}`,
        met ? "met" : "**not met**",
      ];
    }),
  };
}

/** A dozen lines, however many parts there are. */
function course(warm: readonly Bucket[], bucketHours: number, skipped: number): Table {
  const every = Math.max(1, Math.floor(warm.length / 12));
  return {
    title: "Over the stream",
    columns: [
      "until hour",
      "TTFT p50 (ms)",
      "p99",
      "vision p50 (ms)",
      "p99",
      "thought, mean (ms)",
      "p99",
      "resident (MiB)",
      "heap (MiB)",
    ],
    rows: warm.flatMap(({ ttft, encoded, reasoned, rssMiB, heapMiB }, i) =>
      (warm.length - 1 - i) % every === 0
        ? [
            [
              (skipped + i + 1) * bucketHours,
              ...[ttft, encoded].flatMap(({ p50, p99 }) => [p50, p99]),
              reasoned.mean,
              reasoned.p99,
              rssMiB,
              heapMiB,
            ],
          ]
        : [],
    ),
  };
}

function series(
  { buckets, unitsPerBucket, unitHours }: Endurance,
  name: string,
  of: (bucket: Bucket) => number | Spread,
) {
  const hours = unitsPerBucket * unitHours;
  return { name, points: buckets.map((bucket, i) => [(i + 0.5) * hours, of(bucket)] as const) };
}

function latencyPlot(endurance: Endurance): Plot {
  return {
    name: "latency",
    title: "Latency over the stream",
    kind: "line",
    x: { title: "Stream time (h)", min: 0, max: endurance.sizes.hours },
    y: { title: "Time of a unit (ms)", min: 0 },
    series: [
      series(endurance, "TTFT p50", ({ ttft }) => ttft.p50),
      series(endurance, "TTFT p99", ({ ttft }) => ttft.p99),
      series(endurance, "vision p50", ({ encoded }) => encoded.p50),
      series(endurance, "thought, mean", ({ reasoned }) => reasoned.mean),
    ],
  };
}

function memoryPlot(endurance: Endurance): Plot {
  return {
    name: "memory",
    title: "Memory over the stream",
    kind: "line",
    x: { title: "Stream time (h)", min: 0, max: endurance.sizes.hours },
    y: { title: "Memory (MiB)", min: 0 },
    series: [
      series(endurance, "resident, whole process", ({ rssMiB }) => rssMiB),
      series(endurance, "heap of the main thread", ({ heapMiB }) => heapMiB),
    ],
  };
}
