import type { Paradigm } from "../../../src/engine/mod.ts";
import type { Plot } from "../../lib/plot.ts";
import { pairedRatios, type Spread, spread } from "../../lib/statistics.ts";
import type { Table, Target } from "../../lib/table.ts";
import type { LiveFigures } from "../live-run.ts";
import { PARADIGMS } from "./paradigm-sizes.ts";
import type { ByLoad, Calibration, Costs, LoadCell, Queue } from "./paradigms-by-load.ts";

type Figure = (run: LiveFigures) => number;

const ttftP99: Figure = ({ ttft }) => ttft.p99;
const answerDone: Figure = ({ answerDoneMs }) => answerDoneMs;
const dropped: Figure = ({ framesDropped, framesIn }) => (100 * framesDropped) / framesIn;

const cellsOf = ({ cells }: ByLoad, queue: Queue) => cells.filter((cell) => cell.queue === queue);

const loadsOf = (cells: readonly LoadCell[]) => [...new Set(cells.map(({ load }) => load))];

function valuesOf(cells: readonly LoadCell[], load: number, paradigm: Paradigm, figure: Figure): number[] {
  return cells.find((cell) => cell.load === load && cell.paradigm === paradigm)!.runs.map(figure);
}

/** Streamed to another order, over the same frames: nothing is dropped. */
function ratio(byLoad: ByLoad, load: number, figure: Figure, to: Paradigm): Spread {
  const cells = cellsOf(byLoad, "waits");
  return pairedRatios(valuesOf(cells, load, "streamed", figure), valuesOf(cells, load, to, figure));
}

/** What the load is made of, and how much of it the two orders can take. */
export function capacityTable(load: Calibration, byDefault: Costs): Table {
  const { encodeMs, thoughtMs, answerMs, questionsPerUnit, capacity } = load;
  return {
    title: "Cost of a unit, and capacity",
    columns: ["", "measured"],
    rows: [
      ["default engine: vision of a unit, alone (ms, mean)", byDefault.encodeMs],
      ["default engine: a thought, alone (ms, mean)", byDefault.thoughtMs],
      ["load engine: vision of a unit, alone (ms, mean)", encodeMs],
      ["load engine: a thought, alone (ms, mean)", thoughtMs],
      ["load engine: an answer, alone (ms, mean)", answerMs],
      ["load questions for each unit", questionsPerUnit],
      ["reasoning of a unit with load questions (ms)", thoughtMs + questionsPerUnit * answerMs],
      ["capacity, streamed (units a second)", spread(capacity.streamed)],
      ["capacity, interleaved (units a second)", spread(capacity.interleaved)],
      ["streamed / interleaved", pairedRatios(capacity.streamed, capacity.interleaved)],
    ],
  };
}

/** The promises where the orders must differ: at loads that fill the interleaved order, and not the streamed one. */
export function loadTargets(byLoad: ByLoad): Target[] {
  const { streamed, interleaved } = byLoad.calibration.capacity;
  const full = pairedRatios(streamed, interleaved).median;
  const loads = loadsOf(cellsOf(byLoad, "waits"));
  const telling = loads.filter((load) => load >= 1 && load <= full);
  const nearest = loads.reduce((best, load) => (Math.abs(load - 1) < Math.abs(best - 1) ? load : best));
  return (telling.length > 0 ? telling : [nearest]).flatMap((load) => [
    {
      what: `answer delay at load ${load}: streamed / batch`,
      measured: ratio(byLoad, load, answerDone, "batch"),
      atMost: 0.1,
    },
    {
      what: `answer delay at load ${load}: streamed / interleaved`,
      measured: ratio(byLoad, load, answerDone, "interleaved"),
      atMost: 0.6,
    },
    {
      what: `TTFT p99 at load ${load}: streamed / interleaved`,
      measured: ratio(byLoad, load, ttftP99, "interleaved"),
      atMost: 0.6,
    },
  ]);
}

export function ratioTable(byLoad: ByLoad): Table {
  return {
    title: "Streamed against the others under load, no frame dropped",
    columns: [
      "load",
      "TTFT p99 / interleaved",
      "answer delay / interleaved",
      "answer delay / batch",
      "answer's first token / interleaved",
    ],
    rows: loadsOf(cellsOf(byLoad, "waits")).map((load) => [
      String(load),
      ratio(byLoad, load, ttftP99, "interleaved"),
      ratio(byLoad, load, answerDone, "interleaved"),
      ratio(byLoad, load, answerDone, "batch"),
      ratio(byLoad, load, ({ answerFirstMs }) => answerFirstMs, "interleaved"),
    ]),
  };
}

const COLUMNS: readonly (readonly [title: string, figure: Figure])[] = [
  ["TTFT p50 (ms)", ({ ttft }) => ttft.p50],
  ["p95", ({ ttft }) => ttft.p95],
  ["p99", ttftP99],
  ["spoken p99", ({ ttftSpoken }) => ttftSpoken.p99],
  ["skipped p99", ({ ttftSkipped }) => ttftSkipped.p99],
  ["last third / first", ({ ttftCourse }) => ttftCourse],
  ["staleness p50 (media ms)", ({ staleness }) => staleness.p50],
  ["p95", ({ staleness }) => staleness.p95],
  ["answer, first token (ms)", ({ answerFirstMs }) => answerFirstMs],
  ["last token (ms)", answerDone],
  ["total delay (ms)", ({ totalDelayMs }) => totalDelayMs],
  ["frames dropped (%)", dropped],
];

export function loadTable(byLoad: ByLoad, queue: Queue): Table {
  return {
    title: {
      waits: "Under load, all frames wait in the queue",
      drops: "Under load, the oldest frame is dropped when too many wait",
    }[queue],
    columns: ["load", "units a second", "order", ...COLUMNS.map(([title]) => title)],
    rows: cellsOf(byLoad, queue).map(({ load, unitsPerSecond, paradigm, runs }) => [
      String(load),
      unitsPerSecond,
      paradigm,
      ...COLUMNS.map(([, figure]) => spread(runs.map(figure))),
    ]),
  };
}

export function loadPlots(byLoad: ByLoad): Plot[] {
  const { interleaved, streamed } = byLoad.calibration.capacity;
  const common = {
    kind: "line",
    x: { title: "Arrivals (units a second)", min: 0 },
    marks: [
      { axis: "x", at: spread(interleaved).median, text: "interleaved is full" },
      { axis: "x", at: spread(streamed).median, text: "streamed is full" },
    ],
  } as const;
  const series = (queue: Queue, figure: Figure) =>
    PARADIGMS.map((paradigm) => ({
      name: paradigm,
      points: cellsOf(byLoad, queue)
        .filter((cell) => cell.paradigm === paradigm)
        .map(({ unitsPerSecond, runs }) => [unitsPerSecond, spread(runs.map(figure))] as const),
    })).filter(({ points }) => points.length > 0);
  return [
    {
      ...common,
      name: "ttft-by-load",
      title: "TTFT under load, no frame dropped",
      y: { title: "TTFT p99 (ms)", log: 10 },
      series: series("waits", ttftP99),
    },
    {
      ...common,
      name: "answer-by-load",
      title: "Answer delay under load, no frame dropped",
      y: { title: "From the stream's end to the answer (ms)", log: 10 },
      series: series("waits", answerDone),
    },
    {
      ...common,
      name: "drops-by-load",
      title: "Frames lost under load, when the oldest is dropped",
      y: { title: "Frames dropped (%)", min: 0 },
      series: series("drops", dropped),
    },
  ];
}
