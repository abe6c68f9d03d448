import type { Engine } from "../../../src/engine/mod.ts";
import { joinRgb } from "../../../src/ingest/mod.ts";
import { openImageEncoder } from "../../../src/vision/mod.ts";
import { framesOf } from "../../lib/frames.ts";
import { labelledClips } from "../../lib/labelled-clips.ts";
import { type Narration, narrateClip } from "../../lib/narrate-clip.ts";
import { narrateFresh } from "../../lib/narrate-fresh.ts";
import { median, pairedRatios, type Spread, spread } from "../../lib/statistics.ts";
import { withEngine } from "../../lib/with-engine.ts";
import { type Accuracy, accuracy } from "../accuracy.ts";
import {
  type Baseline,
  fullHistory,
  type History,
  incremental,
  lastFour,
  type Parts,
  rotatingAnew,
  stateless,
  windowRecomputed,
} from "../baselines.ts";
import { loadClip } from "../clip.ts";
import type { Experiment, ExperimentContext, Report } from "../experiment.ts";
import { ModelBench, timeInTurn } from "../model-bench.ts";

export interface BaselineSizes {
  /** Units of history behind the one that is measured. */
  readonly histories: readonly number[];
  readonly rounds: number;
}

const SIZES: BaselineSizes = { histories: [8, 32, 128, 512], rounds: 6 };

/** Tokens of thought a unit, skips included, and of a thought: what the bundled model said of an earlier, calmer sample clip. */
const TOKENS_A_UNIT = 2.6;
const TOKENS_A_THOUGHT = 7;

/** What people do today, on the same weights and frames. */
export function baselines(sizes: Partial<BaselineSizes> = {}): Experiment {
  return {
    name: "baselines",
    title: "Compared with other ways to do it",
    about: [
      "Other ways to run the same weights on the same frames, in one thread. Measured are the time from a unit's",
      `arrival to the first token about it, and to the end of a thought of ${TOKENS_A_THOUGHT} tokens, by the`,
      "number of units seen before. All ways run in turn, round after round; ratios are to thinkalong's time in",
      "the same round. The recomputing ways keep the encoder's output of earlier units and prefill with the same",
      "batched kernel, which makes them faster than their originals. _Accuracy_ is that of thinkalong and of the",
      "ways without memory, on held-out labelled clips.",
    ].join(" "),
    run: (context) => run(context, { ...SIZES, ...sizes }),
  };
}

interface BaselineFigures {
  readonly name: string;
  readonly units: number;
  readonly firstMs: Spread;
  readonly thoughtMs: Spread;
  readonly firstRatio: Spread;
  readonly thoughtRatio: Spread;
}

async function run(context: ExperimentContext, sizes: BaselineSizes): Promise<Report> {
  const figures = await measureTimes(context, sizes);
  context.progress(0.7, "what each tells");
  const told = await withEngine(context, (engine) => measureTold(engine, context));
  const names = [...new Set(figures.map(({ name }) => name))];
  const longest = Math.max(...sizes.histories);
  return {
    tables: [
      {
        title: `After ${longest} units: time to a unit's first token and to the end of its thought`,
        columns: [
          "",
          "first token (ms)",
          "thought (ms)",
          "first token, × thinkalong",
          "thought, × thinkalong",
        ],
        rows: figures
          .filter(({ units }) => units === longest)
          .map(({ name, firstMs, thoughtMs, firstRatio, thoughtRatio }) => [
            name,
            firstMs,
            thoughtMs,
            firstRatio,
            thoughtRatio,
          ]),
      },
      {
        title: "Time to a unit's first token, by units seen before (ms)",
        columns: ["", ...sizes.histories.map((units) => `${units} units`)],
        rows: names.map((name) => [
          name,
          ...sizes.histories.map(
            (units) => figures.find((each) => each.name === name && each.units === units)!.firstMs.median,
          ),
        ]),
      },
      {
        title: "Accuracy",
        columns: ["", "event F1", "answers right"],
        rows: told.map(({ name, accuracy: { eventF1, answersRight } }) => [name, eventF1, answersRight]),
      },
    ],
    plots: [
      {
        name: "history",
        title: "Time to a unit's first token, by units seen before",
        kind: "line",
        x: { title: "units seen before", log: 2 },
        y: { title: "ms", log: 10 },
        series: names.map((name) => ({
          name,
          points: figures.filter((each) => each.name === name).map(({ units, firstMs }) => [units, firstMs]),
        })),
      },
    ],
    figures: { sizes, figures, told },
    notes: [
      "The model was trained with a memory. A model trained without one might see more in a single unit.",
    ],
  };
}

async function measureTimes(
  context: ExperimentContext,
  { histories, rounds }: BaselineSizes,
): Promise<BaselineFigures[]> {
  const parts = await openParts(context);
  const figures: BaselineFigures[] = [];
  for (const [i, units] of histories.entries()) {
    context.progress((0.7 * i) / histories.length, `${units} units of history`);
    const history: History = { units, tokens: Math.round(TOKENS_A_UNIT * units) };
    const all: Baseline[] = [
      incremental(parts, history),
      rotatingAnew(parts, history),
      windowRecomputed(parts, history),
      fullHistory(parts, history),
      stateless(parts),
      lastFour(parts),
    ];
    const times = await timeInTurn(
      all.flatMap(({ first, next }) => [first, next]),
      rounds,
      context.signal,
    );
    const timed = all.map(({ name, release }, i) => {
      release();
      const [first, next] = [times[2 * i]!, times[2 * i + 1]!];
      return { name, first, thought: first.map((ms, round) => ms + (TOKENS_A_THOUGHT - 1) * next[round]!) };
    });
    const ours = timed[0]!;
    for (const { name, first, thought } of timed)
      figures.push({
        name,
        units,
        firstMs: quartered(first),
        thoughtMs: quartered(thought),
        firstRatio: pairedRatios(pieces(first), pieces(ours.first)),
        thoughtRatio: pairedRatios(pieces(thought), pieces(ours.thought)),
      });
  }
  return figures;
}

/** Medians of four pieces of a series: their spread shows how steady it was. */
function pieces(values: readonly number[]): number[] {
  const size = Math.ceil(values.length / 4);
  return Array.from({ length: Math.ceil(values.length / size) }, (_, i) =>
    median(values.slice(i * size, (i + 1) * size)),
  );
}

const quartered = (values: readonly number[]): Spread => spread(pieces(values));

async function openParts({ model, threads, clip: path, signal }: ExperimentContext): Promise<Parts> {
  const bench = await ModelBench.load(model);
  const { width, height, fps, frames_per_unit } = bench.bundle.manifest.vision;
  const clip = await loadClip(path, { width, height }, fps, signal);
  const frames = Array.from({ length: frames_per_unit }, (_, i) => clip.frame(i));
  return {
    bench,
    encoder: await openImageEncoder(bench.bundle, threads),
    visual: await bench.openStack("visual", threads),
    text: await bench.openStack("text", threads),
    attention: await bench.loadAttention(),
    unit: {
      unit: 0,
      mediaTimeMs: frames.at(-1)!.mediaTimeMs,
      seconds: frames.map(() => 1 / fps),
      frames: await joinRgb(frames, width, height),
    },
  };
}

async function measureTold(
  engine: Engine,
  context: ExperimentContext,
): Promise<{ readonly name: string; readonly accuracy: Accuracy }[]> {
  const clips = await labelledClips(context.labelledClips);
  const said: { name: string; narrations: Narration[] }[] = [
    { name: "thinkalong", narrations: [] },
    { name: "stateless", narrations: [] },
    { name: "last 4 frames (SimpleStream)", narrations: [] },
  ];
  for (const [i, clip] of clips.entries()) {
    context.progress(0.7 + (0.3 * i) / clips.length, `what each tells of clip ${i + 1} of ${clips.length}`);
    const frames = await framesOf(engine.model, clip.path, context.signal);
    said[0]!.narrations.push(await narrateClip(engine, clip, frames));
    said[1]!.narrations.push(await narrateFresh(engine, clip, frames, 1, context.signal));
    said[2]!.narrations.push(await narrateFresh(engine, clip, frames, 2, context.signal));
  }
  return said.map(({ name, narrations }) => ({ name, accuracy: accuracy(clips, narrations) }));
}
