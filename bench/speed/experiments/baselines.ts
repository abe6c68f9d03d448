import type { Engine } from "../../../src/engine/mod.ts";
import { joinRgb } from "../../../src/ingest/mod.ts";
import { openImageEncoder } from "../../../src/vision/mod.ts";
import { framesOf } from "../../lib/frames-of.ts";
import { labelledClips } from "../../lib/labelled-clips.ts";
import { narrateClip } from "../../lib/narrate-clip.ts";
import { narrateFresh } from "../../lib/narrate-fresh.ts";
import type { Narration } from "../../lib/narration.ts";
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

export interface RivalSizes {
  /** Units of history behind the one that is measured. */
  readonly histories: readonly number[];
  readonly rounds: number;
}

const SIZES: RivalSizes = { histories: [8, 32, 128, 512], rounds: 6 };

/** Tokens of thought a unit, skips included, and of a thought: what the bundled model says of the sample clip. */
const TOKENS_A_UNIT = 2.6;
const TOKENS_A_THOUGHT = 7;

/** What people do today, on the same weights and frames. */
export function rivals(sizes: Partial<RivalSizes> = {}): Experiment {
  return {
    name: "rivals",
    title: "Against what is done today",
    about: [
      "The same weights and the same frames, in one thread: from a unit's arrival to the first token about it, and to the",
      `end of a thought of ${TOKENS_A_THOUGHT} tokens, by how much was seen before. Each way in turn, round after round;`,
      "ratios are to thinkalong's time in the same round. Full history and recomputed windows keep the encoder's output",
      "of earlier units and prefill with the same batched kernel, which is kinder than their originals.",
      "_Told:_ on held-out labelled clips, for the ways without memory that answer another question.",
    ].join(" "),
    run: (context) => run(context, { ...SIZES, ...sizes }),
  };
}

interface RivalFigures {
  readonly name: string;
  readonly units: number;
  readonly firstMs: Spread;
  readonly thoughtMs: Spread;
  readonly firstRatio: Spread;
  readonly thoughtRatio: Spread;
}

async function run(context: ExperimentContext, sizes: RivalSizes): Promise<Report> {
  const figures = await measureTimes(context, sizes);
  context.progress(0.7, "what each tells");
  const told = await withEngine(context, (engine) => measureTold(engine, context));
  const names = [...new Set(figures.map(({ name }) => name))];
  const longest = Math.max(...sizes.histories);
  return {
    tables: [
      {
        title: `After ${longest} units: a unit's first token and its whole thought`,
        columns: ["", "first token (ms)", "thought (ms)", "first token, × ours", "thought, × ours"],
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
        title: "A unit's first token by history (ms)",
        columns: ["", ...sizes.histories.map((units) => `${units} units`)],
        rows: names.map((name) => [
          name,
          ...sizes.histories.map(
            (units) => figures.find((each) => each.name === name && each.units === units)!.firstMs.median,
          ),
        ]),
      },
      {
        title: "What is told",
        columns: ["", "event F1", "answers right"],
        rows: told.map(({ name, accuracy: { eventF1, answersRight } }) => [name, eventF1, answersRight]),
      },
    ],
    plots: [
      {
        name: "history",
        title: "From a unit's arrival to its first token, by what was seen before",
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
      "The model was trained with a memory; a model trained without one might tell more from a single unit than this one does.",
    ],
  };
}

async function measureTimes(
  context: ExperimentContext,
  { histories, rounds }: RivalSizes,
): Promise<RivalFigures[]> {
  const parts = await openParts(context);
  const figures: RivalFigures[] = [];
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
      all.flatMap((rival) => [rival.first, rival.next]),
      rounds,
      context.signal,
    );
    const first = all.map((_, rival) => times[2 * rival]!);
    const thought = all.map((_, rival) =>
      first[rival]!.map((ms, round) => ms + (TOKENS_A_THOUGHT - 1) * times[2 * rival + 1]![round]!),
    );
    all.forEach(({ name, release }, rival) => {
      release();
      figures.push({
        name,
        units,
        firstMs: quartered(first[rival]!),
        thoughtMs: quartered(thought[rival]!),
        firstRatio: pairedRatios(pieces(first[rival]!), pieces(first[0]!)),
        thoughtRatio: pairedRatios(pieces(thought[rival]!), pieces(thought[0]!)),
      });
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
