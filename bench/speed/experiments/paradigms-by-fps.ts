import type { Engine, Paradigm } from "../../../src/engine/mod.ts";
import type { Plot } from "../../lib/plot.ts";
import { pairedRatios, spread } from "../../lib/statistics.ts";
import type { Table, Target } from "../../lib/table.ts";
import { loadClip } from "../clip.ts";
import type { ExperimentContext } from "../experiment.ts";
import { type LiveFigures, runLive } from "../live-run.ts";
import { PARADIGMS, type ParadigmSizes } from "./paradigm-sizes.ts";

/** One frame rate in one order, in each round. */
export interface FpsCell {
  readonly fps: number;
  readonly paradigm: Paradigm;
  readonly runs: readonly LiveFigures[];
}

/** So that the streams' ends, where the batch order works hardest, do not meet (ms). */
const STAGGER_MS = 400;

/** Cameras at real pace, one a frame rate, in each order in turn. */
export async function measureByFps(
  engine: Engine,
  context: ExperimentContext,
  { fps: rates, fpsSeconds, fpsRounds }: ParadigmSizes,
  progress: (fraction: number, text: string) => void,
): Promise<FpsCell[]> {
  const { signal } = context;
  const clips = [];
  for (const fps of rates) clips.push(await loadClip(context.clip, engine.model, fps, signal));
  const cells = PARADIGMS.map((paradigm) =>
    rates.map((fps) => ({ fps, paradigm, runs: [] as LiveFigures[] })),
  );
  const passes = fpsRounds * PARADIGMS.length;
  for (let pass = 0; pass < passes; pass++) {
    const order = pass % PARADIGMS.length;
    const paradigm = PARADIGMS[order]!;
    progress(
      pass / passes,
      `real pace, ${paradigm}, round ${1 + Math.floor(pass / PARADIGMS.length)} of ${fpsRounds}`,
    );
    const runs = clips.map((clip, i) => ({
      stream: { paradigm },
      clip,
      frames: Math.max(engine.model.framesPerUnit, Math.round(clip.fps * fpsSeconds)),
      intervalMs: 1000 / clip.fps,
      delayMs: i * STAGGER_MS,
    }));
    const figures = await runLive(engine, runs, signal);
    for (const [i, cell] of cells[order]!.entries()) cell.runs.push(figures[i]!);
  }
  return cells.flat();
}

const of = (cells: readonly FpsCell[], fps: number, paradigm: Paradigm) =>
  cells.find((cell) => cell.fps === fps && cell.paradigm === paradigm)!.runs;

const ratesOf = (cells: readonly FpsCell[]) => [...new Set(cells.map(({ fps }) => fps))];

/** The paper's table: TTFT and delay by frame rate. */
export function fpsTable(cells: readonly FpsCell[]): Table {
  return {
    title: "At real pace, by frame rate",
    columns: [
      "frames a second",
      "order",
      "units",
      "TTFT p50 (ms)",
      "TTFT p99 (ms)",
      "answer, first token (ms)",
      "answer, last token (ms)",
      "total delay (ms)",
      "frames dropped",
    ],
    rows: ratesOf(cells).flatMap((fps) =>
      PARADIGMS.map((paradigm) => {
        const runs = of(cells, fps, paradigm);
        return [
          fps,
          paradigm,
          spread(runs.map(({ units }) => units)).median,
          spread(runs.map(({ ttft }) => ttft.p50)),
          spread(runs.map(({ ttft }) => ttft.p99)),
          spread(runs.map(({ answerFirstMs }) => answerFirstMs)),
          spread(runs.map(({ answerDoneMs }) => answerDoneMs)),
          spread(runs.map(({ totalDelayMs }) => totalDelayMs)),
          runs.reduce((sum, { framesDropped }) => sum + framesDropped, 0),
        ];
      }),
    ),
  };
}

/** Answer delay of the streamed order to that of the others, at the greatest frame rate. */
export function fpsTargets(cells: readonly FpsCell[]): Target[] {
  const fps = Math.max(...ratesOf(cells));
  const doneMs = (paradigm: Paradigm) => of(cells, fps, paradigm).map(({ answerDoneMs }) => answerDoneMs);
  const ttft = (paradigm: Paradigm) => of(cells, fps, paradigm).map((run) => run.ttft.p99);
  const at = `at real pace, ${fps} frames a second`;
  return [
    {
      what: `answer delay ${at}: streamed / batch`,
      measured: pairedRatios(doneMs("streamed"), doneMs("batch")),
      atMost: 0.1,
    },
    {
      what: `answer delay ${at}: streamed / interleaved`,
      measured: pairedRatios(doneMs("streamed"), doneMs("interleaved")),
      atMost: 0.6,
    },
    {
      what: `TTFT p99 ${at}: streamed / interleaved`,
      measured: pairedRatios(ttft("streamed"), ttft("interleaved")),
      atMost: 0.6,
    },
  ];
}

export function fpsPlot(cells: readonly FpsCell[]): Plot {
  const rates = ratesOf(cells);
  return {
    name: "answer-by-fps",
    title: "Answer delay at real pace",
    kind: "bar",
    x: { title: "Frames a second" },
    y: { title: "From the stream's end to the answer (ms)", log: 10, min: 1 },
    categories: rates.map(String),
    series: PARADIGMS.map((paradigm) => ({
      name: paradigm,
      points: rates.map(
        (fps, i) => [i, spread(of(cells, fps, paradigm).map((run) => run.answerDoneMs))] as const,
      ),
    })),
  };
}
