import * as ort from "onnxruntime-node";
import { numberText } from "../../lib/number-text.ts";
import { median, pairedRatios, percentile, type Spread, spread } from "../../lib/statistics.ts";
import type { Table } from "../../lib/table.ts";
import { loadClip } from "../clip.ts";
import type { Experiment, ExperimentContext, Report } from "../experiment.ts";
import { ModelBench, timeInTurn, type Video } from "../model-bench.ts";
import { measureRates, textWeightBytes } from "../roofline.ts";
import { type StepParts, stepParts } from "./decode-parts.ts";
import { seeTogether, togetherTable } from "./see-together.ts";

export interface DecodeSizes {
  /** Steps of each kind. */
  readonly rounds: number;
  readonly thinkers: readonly number[];
  readonly lengths: readonly number[];
  /** Streams whose units are seen together. */
  readonly streams: readonly number[];
}

const SIZES: DecodeSizes = {
  rounds: 200,
  thinkers: [1, 2, 4, 8, 16, 32],
  lengths: [128, 512, 2048, 8192],
  streams: [1, 2, 4, 8],
};

/** What one decode step costs: by cached length against what the machine can do, and by thinkers that share it. */
export function decode(sizes: Partial<DecodeSizes> = {}): Experiment {
  return {
    name: "decode",
    title: "A decode step, alone and shared",
    about: [
      "One decode step of the text stack, in one thread, without the engine around it. _By thinkers:_ several",
      "thinkers in one step, against the same thinkers one after the other. All windows are full. The thinkers",
      "belong once to one stream, whose C_v (visual cache) they share, and once to different streams. The",
      "slowdown is against a single thinker that is always alone. _By cached tokens:_ one thinker, by the number",
      "of tokens in its two caches, beside the roofline. The roofline is the time to read the stack's weights and",
      "these keys and values once, at the bandwidth of this machine's caches. _Vision batch:_ units of several",
      "streams seen in one batch, all windows full. Everything that is compared is run in turn.",
    ].join(" "),
    run: (context) => run(context, { ...SIZES, ...sizes }),
  };
}

/** Beyond so much, a step finds its keys and values in memory and no longer in a cache: of a server's core, its share. */
const LAST_CACHE_BYTES = 16 * 2 ** 20;

/** Steps of a kind in a row. */
const BLOCK = 10;

interface BatchFigures {
  readonly thinkers: number;
  readonly stepMs: Spread;
  /** Tokens a second against the same thinkers, one after the other. */
  readonly gain: Spread;
  /** Step time against one thinker's, who is alone all the time: how much slower each one gets. */
  readonly slowdown: Spread;
}

async function run(context: ExperimentContext, sizes: DecodeSizes): Promise<Report> {
  const bench = await ModelBench.load(context.model);
  const { signal } = context;
  context.progress(0, "this machine's rates");
  const lengths = await byLength(bench, context, sizes);
  const shared = await byThinkers(bench, context, sizes, true);
  context.progress(0.8, "thinkers of streams of their own");
  const apart = await byThinkers(bench, context, sizes, false);
  context.progress(0.9, "units of several streams");
  const { width, height, fps } = bench.bundle.manifest.vision;
  const clip = await loadClip(context.clip, { width, height }, fps, signal);
  const seeing = { counts: sizes.streams, rounds: Math.ceil(sizes.rounds / 10), threads: context.threads };
  const together = await seeTogether(bench.bundle, clip, seeing, signal);
  return {
    tables: [
      batchTable("Thinkers of one stream", shared),
      batchTable("Thinkers of different streams", apart),
      lengths.table,
      lengths.partsTable,
      togetherTable(together),
    ],
    plots: [
      {
        name: "batching",
        title: "Tokens a second of one batched step, against one thinker after the other",
        kind: "line",
        x: { title: "thinkers", log: 2 },
        y: { title: "times as many tokens a second", min: 0 },
        series: [
          { name: "of one stream", points: shared.map(({ thinkers, gain }) => [thinkers, gain]) },
          { name: "of different streams", points: apart.map(({ thinkers, gain }) => [thinkers, gain]) },
        ],
        marks: [{ axis: "y", at: 2.5, text: "target at 8" }],
      },
    ],
    figures: { sizes, rates: lengths.rates, lengths: lengths.rows, shared, apart, together },
    notes: notes(shared, apart),
  };
}

function notes(shared: readonly BatchFigures[], apart: readonly BatchFigures[]): string[] {
  const at8 = [shared, apart].map((all) => all.find(({ thinkers }) => thinkers === 8));
  const [together, each] = at8;
  const missed = at8.some((figures) => figures && (figures.gain.median < 2.5 || figures.slowdown.median > 2));
  return [
    "**Time beyond the roofline** has two causes. Starting five graphs, of seven nodes each, costs the runtime more than reading the weights of so small a model. And with vectors of four floats the kernel is bound by its instructions, at about twice the time that reading takes.",
    ...(missed
      ? [
          `**Missed:** the target for 8 thinkers is 2.5 times the tokens a second, and a slowdown of at most 2. Measured with full windows: ${numberText(together!.gain.median)} and ${numberText(together!.slowdown.median)} for thinkers of one stream, ${numberText(each!.gain.median)} and ${numberText(each!.slowdown.median)} for thinkers of different streams. A batch reads the weights once and starts the graphs once. But the keys and values of every thinker, 2 MB with full windows, must be read in any case, and those of eight streams no longer fit the nearer caches.`,
        ]
      : []),
  ];
}

async function byThinkers(
  bench: ModelBench,
  { threads, signal }: ExperimentContext,
  { rounds, thinkers }: DecodeSizes,
  oneStream: boolean,
): Promise<BatchFigures[]> {
  const { cache } = bench.bundle.manifest;
  const stack = await bench.openStack("text", threads);
  const one = bench.video(cache.visual_window_units);
  const most = Math.max(...thinkers);
  const pairs = Array.from({ length: most }, () => ({
    video: oneStream ? one : bench.video(cache.visual_window_units),
    text: bench.text(cache.text_window_tokens),
  }));
  const step = (some: typeof pairs) => {
    const rows = some.flatMap(({ video, text }) => bench.rows(video, text));
    return stack.run({ first: { tokens: tokens(some.length) }, rows });
  };
  const eachAlone = async (some: typeof pairs) => {
    for (const pair of some) await step([pair]);
  };
  const times = await timeInTurn(
    thinkers.flatMap((count) => {
      const some = pairs.slice(0, count);
      return [() => step(some), () => eachAlone(some)];
    }),
    Math.ceil(rounds / BLOCK),
    signal,
    BLOCK,
  );
  const solo = times[2 * thinkers.indexOf(1)]!;
  for (const { video, text } of pairs) {
    video.cache.release();
    text.release();
  }
  one.cache.release();
  return thinkers.map((count, i) => {
    const [together, oneByOne] = [times[2 * i]!, times[2 * i + 1]!];
    const slowdown = pairedRatios(together, solo);
    const gain = pairedRatios(oneByOne, together);
    return { thinkers: count, stepMs: spread(together), gain, slowdown };
  });
}

function batchTable(title: string, figures: readonly BatchFigures[]): Table {
  return {
    title,
    columns: ["thinkers", "step (ms)", "tokens/s, × one after the other", "slowdown, × alone"],
    rows: figures.map(({ thinkers, stepMs, gain, slowdown }) => [thinkers, stepMs, gain, slowdown]),
  };
}

const tokens = (count: number) => new ort.Tensor("int64", new BigInt64Array(count).fill(9n), [count]);

async function byLength(bench: ModelBench, context: ExperimentContext, { rounds, lengths }: DecodeSizes) {
  const { signal } = context;
  const weights = textWeightBytes(bench);
  const rates = await measureRates(bench, weights + 512 * bench.bytesPerToken, rounds, signal);
  /** Bytes a second at which keys and values of so many tokens can be read. */
  const rate = (length: number) =>
    length * bench.bytesPerToken > LAST_CACHE_BYTES ? rates.memoryBytesPerS : rates.cachedBytesPerS;
  const stack = await bench.openStack("text", 1);
  const caches = lengths.map((length) => {
    const units = Math.floor(length / 2 / bench.tokensPerUnit);
    const video: Video = bench.video(units);
    return { video, text: bench.text(length - (units + 1) * bench.tokensPerUnit - 1) };
  });
  context.progress(0.1, "steps over caches of different lengths, in turn");
  const times = await timeInTurn(
    caches.map(
      ({ video, text }) =>
        () =>
          stack.run({ first: { tokens: tokens(1) }, rows: bench.rows(video, text) }),
    ),
    rounds,
    signal,
  );
  const rows: { length: number; stepMs: number; p95Ms: number; rooflineMs: number; parts: StepParts }[] = [];
  for (const [i, length] of lengths.entries()) {
    context.progress(0.3 + (0.2 * i) / lengths.length, `the parts of a step over ${length} tokens`);
    const { video, text } = caches[i]!;
    const keysAndValues = (1000 * length * bench.bytesPerToken) / rate(length);
    const parts = await stepParts(bench, bench.rows(video, text), rounds, signal);
    rows.push({
      length,
      stepMs: median(times[i]!),
      p95Ms: percentile(times[i]!, 0.95),
      rooflineMs: keysAndValues + (1000 * weights) / rates.cachedBytesPerS,
      parts,
    });
    video.cache.release();
    text.release();
  }
  const table: Table = {
    title: "One thinker's step by cached tokens, against the roofline",
    columns: ["tokens cached", "step p50 (ms)", "step p95 (ms)", "roofline (ms)", "step / roofline"],
    rows: rows.map(({ length, stepMs, p95Ms, rooflineMs }) => [
      length,
      stepMs,
      p95Ms,
      rooflineMs,
      stepMs / rooflineMs,
    ]),
  };
  const partsTable: Table = {
    title: "Where a step's time goes (ms)",
    columns: [
      "tokens cached",
      "row tables",
      "attention kernel",
      "its roofline",
      "dense graphs",
      "their roofline",
    ],
    rows: rows.map(({ length, parts }) => [
      length,
      parts.tablesMs,
      parts.kernelMs,
      (1000 * length * bench.bytesPerToken) / rate(length),
      parts.graphsMs,
      (1000 * weights) / rates.cachedBytesPerS,
    ]),
  };
  return { rates, rows, table, partsTable };
}
