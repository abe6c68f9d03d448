import type { Engine } from "../../../src/engine/mod.ts";
import type { Plot } from "../../lib/plot.ts";
import { median, spread } from "../../lib/statistics.ts";
import type { Cell, Table } from "../../lib/table.ts";
import { withEngine } from "../../lib/with-engine.ts";
import type { Experiment, ExperimentContext, Report } from "../experiment.ts";
import type { FleetFigures } from "../fleet.ts";
import { measureQuestions, type QuestionFigures, type QuestionSizes } from "./many-questions.ts";
import { holds, measureStreams, type StreamSizes, type StreamsFigures } from "./many-streams.ts";

export interface ManySizes {
  readonly streams: StreamSizes;
  readonly questions: QuestionSizes;
}

const SIZES: ManySizes = {
  streams: {
    fps: 2,
    first: 16,
    most: 1024,
    refinements: 1,
    warmUpMs: 2000,
    stepMs: 8000,
    overMs: 20_000,
    limitMs: 500,
  },
  questions: { counts: [1, 8, 32], rounds: 5, beforeSeconds: 4 },
};

const LONG_SIZES: ManySizes = {
  streams: { ...SIZES.streams, refinements: 4, warmUpMs: 5000, stepMs: 40_000, overMs: 120_000 },
  questions: { ...SIZES.questions, rounds: 20 },
};

/** Many streams on one engine, and many questions to one stream. */
export function many(sizes: Partial<ManySizes> = {}): Experiment {
  return {
    name: "many",
    title: "Many streams, many questions",
    about: [
      "Cameras of 2 frames a second feed one engine at real pace, spread evenly in time. Each has a stream and a",
      "thinker of its own. A number of streams _holds_ when TTFT p99 is at most 500 ms and no frame is dropped;",
      "it gets two tries. The number doubles until it does not hold, then the gap between the last two numbers is",
      "narrowed by halving it. After that one engine goes from half of the number that held to one and a half",
      "times that number (an overload), and back to half. Finally one stream is asked 1, 8 and 32 questions at",
      "once.",
    ].join(" "),
    run: (context) => run(context, { ...(context.long ? LONG_SIZES : SIZES), ...sizes }),
  };
}

async function run(context: ExperimentContext, sizes: ManySizes): Promise<Report> {
  const maxStreams = 2 * sizes.streams.most;
  const [streams, questions] = await withEngine(
    context,
    async (engine) => [
      await measureStreams(engine, context, sizes.streams, (fraction, text) =>
        context.progress(0.9 * fraction, text),
      ),
      await measureQuestions(engine, context, sizes.questions, (fraction, text) =>
        context.progress(0.9 + 0.1 * fraction, text),
      ),
    ],
    { maxStreams },
  );
  const others = await measureOthers(context, sizes.streams, maxStreams);
  return {
    tables: [
      summary(streams, sizes.streams),
      ...(others.length === 0 ? [] : [comparison(streams, others)]),
      stepTable("By number of streams", streams.steps, sizes.streams.limitMs),
      stepTable(
        "Overload and recovery",
        [streams.before, streams.over, streams.after],
        sizes.streams.limitMs,
      ),
      questionTable(questions),
    ],
    plots: [streamPlot(streams, sizes.streams.limitMs), questionPlot(questions)],
    figures: { sizes, streams, questions, ...(others.length > 0 && { others }) },
    notes: notes(streams, sizes.streams),
  };
}

/** The same cameras on another engine. */
interface Other {
  readonly name: string;
  readonly streams: StreamsFigures;
}

/** One after the other, those that were asked for. */
async function measureOthers(
  context: ExperimentContext,
  sizes: StreamSizes,
  maxStreams: number,
): Promise<Other[]> {
  const { changedLevels, otherModel } = context;
  const wanted = [
    ...(changedLevels === undefined
      ? []
      : [{ name: "only what changed is encoded", with: { settings: { changedLevels } } }]),
    ...(otherModel === undefined ? [] : [{ name: "the other model", with: { model: otherModel } }]),
  ];
  const others: Other[] = [];
  for (const { name, with: settings } of wanted) {
    const measure = (engine: Engine) =>
      measureStreams(engine, context, sizes, (_, text) => context.progress(1, `${text}: ${name}`));
    others.push({ name, streams: await withEngine({ ...context, ...settings }, measure, { maxStreams }) });
  }
  return others;
}

function comparison(own: StreamsFigures, others: readonly Other[]): Table {
  return {
    title: "Beside others, in the same run",
    columns: ["", "streams that held", "smallest number that did not", "TTFT p50 of half of them (ms)", "×"],
    rows: [{ name: "all of the above", streams: own }, ...others].map(({ name, streams }) => [
      name,
      streams.held,
      streams.failed ?? "none",
      streams.before.ttft.p50,
      streams.held / own.held,
    ]),
  };
}

function summary(
  { held, failed, before, over, overFrames, drainedMs, after }: StreamsFigures,
  sizes: StreamSizes,
): Table {
  const { pushed, seen, dropped } = overFrames;
  const yes = (met: boolean) => (met ? "yes" : "**no**");
  const rows: [string, Cell][] = [
    [`streams of ${sizes.fps} frames a second that held`, held],
    ["smallest number tried that did not hold", failed ?? "none"],
    [
      `fairness in the overload of ${over.streams} streams: fewest units of a stream / most`,
      over.unitsOfStream.min / over.unitsOfStream.max,
    ],
    [
      "share of frames that a stream lost in the overload: least and most",
      `${percent(over.lostOfStream.min)} and ${percent(over.lostOfStream.max)}`,
    ],
    [
      "every lost frame was announced: pushed = seen + announced",
      `${yes(pushed === seen + dropped)}: ${pushed} = ${seen} + ${dropped}`,
    ],
    [`TTFT p99 of ${before.streams} streams before the overload (ms)`, before.ttft.p99],
    ["time until the ended streams' queues were empty (ms)", drainedMs],
    ["TTFT p99 of as many streams after it (ms)", after.ttft.p99],
    ["recovered: in time again, and no frame dropped", yes(holds(after, sizes.limitMs))],
  ];
  return { title: "Summary", columns: ["", "measured"], rows };
}

const percent = (share: number) => `${(100 * share).toFixed(1)} %`;

function stepTable(title: string, steps: readonly FleetFigures[], limitMs: number): Table {
  return {
    title,
    columns: [
      "streams",
      "TTFT p50 (ms)",
      "p95",
      "p99",
      "p99 of quarters",
      "units of a stream, min",
      "max",
      "frames pushed",
      "dropped",
      "held",
    ],
    rows: steps.map((step) => [
      step.streams,
      step.ttft.p50,
      step.ttft.p95,
      step.ttft.p99,
      spread(step.quartersP99),
      step.unitsOfStream.min,
      step.unitsOfStream.max,
      step.framesPushed,
      step.framesDropped,
      holds(step, limitMs) ? "yes" : "no",
    ]),
  };
}

function questionTable(questions: readonly QuestionFigures[]): Table {
  return {
    title: "Questions asked at once to one stream",
    columns: [
      "questions",
      "first token p50 (ms)",
      "max",
      "answered p50 (ms)",
      "max",
      "tokens of answers a second",
    ],
    rows: questions.map((each) => [
      each.questions,
      each.firstP50,
      each.firstMax,
      each.doneP50,
      each.doneMax,
      each.tokensPerSecond,
    ]),
  };
}

function streamPlot({ steps }: StreamsFigures, limitMs: number): Plot {
  const numbers = [...new Set(steps.map(({ streams }) => streams))];
  const byStreams = (of: (step: FleetFigures) => readonly number[]) =>
    numbers.map((number) => {
      const tries = steps.filter(({ streams }) => streams === number);
      return [number, spread(tries.flatMap(of))] as const;
    });
  return {
    name: "streams",
    title: "TTFT by number of streams",
    kind: "line",
    x: { title: "Streams of 2 frames a second", log: 2 },
    y: { title: "TTFT (ms)", log: 10 },
    series: [
      { name: "p50", points: byStreams(({ ttft }) => [ttft.p50]) },
      { name: "p99", points: byStreams(({ quartersP99 }) => quartersP99) },
    ],
    marks: [{ axis: "y", at: limitMs, text: `${limitMs} ms` }],
  };
}

function questionPlot(questions: readonly QuestionFigures[]): Plot {
  return {
    name: "questions",
    title: "Answers to questions asked at once",
    kind: "bar",
    x: { title: "Questions" },
    y: { title: "From the question (ms)", min: 0 },
    categories: questions.map((each) => String(each.questions)),
    series: [
      { name: "first token, p50", points: questions.map(({ firstP50 }, i) => [i, firstP50]) },
      { name: "first token, max", points: questions.map(({ firstMax }, i) => [i, firstMax]) },
      { name: "answered, p50", points: questions.map(({ doneP50 }, i) => [i, doneP50]) },
      { name: "answered, max", points: questions.map(({ doneMax }, i) => [i, doneMax]) },
    ],
  };
}

function notes(
  { held, failed, steps, over, after }: StreamsFigures,
  { most, limitMs, stepMs }: StreamSizes,
): string[] {
  const still = steps.map(({ stillShare }) => stillShare);
  const late = Math.max(...[...steps, over, after].map(({ pushedLateP99 }) => pushedLateP99));
  return [
    failed === null
      ? `No limit was found. This experiment tries at most ${most} streams.`
      : `The limit lies between ${held} and ${failed} streams. Each number was run for ${stepMs / 1000} s, and once more if it did not hold at first. A number holds when TTFT p99 is at most ${limitMs} ms and no frame is dropped.`,
    `The benchmark itself pushed its frames at most ${late.toFixed(1)} ms late (p99 of the worst step). TTFT counts from the push.`,
    `${percent(median(still))} of the units were still (median of the steps); these are not encoded. Where more moves, fewer streams hold.`,
    "Streams start at different phases, so one stream may finish one unit more than another within the measured time.",
    "In the overload, queues fill before the first frame is dropped. TTFT counts the units that were seen.",
  ];
}
