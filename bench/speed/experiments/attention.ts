import { spread } from "../../lib/statistics.ts";
import type { Table } from "../../lib/table.ts";
import { AttentionOperator } from "../attention-operator.ts";
import { AttentionScene, attend, HEADS, readOf, SHAPE } from "../attention-scene.ts";
import { DenseLayers } from "../dense-layers.ts";
import type { Experiment, ExperimentContext, Report } from "../experiment.ts";
import { timeInTurn } from "../model-bench.ts";

export interface AttentionSizes {
  readonly rounds: number;
  /** Tokens cached. */
  readonly lengths: readonly number[];
  /** Tokens of a prefill. */
  readonly prefills: readonly number[];
  readonly thinkers: readonly number[];
}

const SIZES: AttentionSizes = {
  rounds: 20,
  lengths: [128, 512, 1024, 2048],
  prefills: [16, 64],
  thinkers: [1, 2, 4, 8, 16],
};

/** Of a stream's video, and of each thinker's text (tokens). */
const SHARED = 512;
const OWN = 32;

/** What attention costs, in a model with grouped queries, whoever does the products. */
export function attention(sizes: Partial<AttentionSizes> = {}): Experiment {
  return {
    name: "attention",
    title: "Attention",
    about: [
      `Attention of all ${SHAPE.layers} layers of a step with ${HEADS} query heads and ${SHAPE.heads} heads of keys`,
      `and values of ${SHAPE.headWidth} (those of SmolVLM2-256M), over caches full of noise, without dense graphs, in`,
      "one thread. Times are the least and the median of all rounds; what is in a row was run in turn. _Kernel_: the",
      "WebAssembly kernel does everything. _Products_: large products are left to the inference runtime, as",
      "thinkalong does it. _Operator_: the runtime's GroupQueryAttention, with the copies that it needs of what the",
      "tokens see. _One by one_: every token in a step of its own. _int8_: keys and values of 8 bits, as thinkalong",
      "does it with float32. Its error is the root of the mean square of the difference to float32 of what the tokens",
      "read in one layer, relative to that of float32. _Whole steps_ have dense layers of the same model's shapes, with",
      "weights of 8 bits, between the attentions, so attention finds its keys and values as far away as in real life.",
    ].join(" "),
    run: (context) => run(context, { ...SIZES, ...sizes }),
  };
}

interface Timed {
  readonly leastMs: number;
  readonly medianMs: number;
}

const timed = (times: readonly number[]): Timed => ({
  leastMs: Math.min(...times),
  medianMs: spread(times).median,
});

/** Root mean square of a difference, relative to that of the first. */
function difference(a: Float32Array, b: Float32Array): number {
  const square = (sum: number, x: number) => sum + x * x;
  return Math.sqrt(a.map((x, i) => x - b[i]!).reduce(square, 0) / a.reduce(square, 0));
}

async function run({ progress, signal }: ExperimentContext, sizes: AttentionSizes): Promise<Report> {
  const { rounds, lengths, prefills, thinkers } = sizes;
  const scene = new AttentionScene();
  const narrow = new AttentionScene("int8");
  const int8 = await narrow.open();
  const kernel = await scene.open({ largeProduct: Number.POSITIVE_INFINITY });
  const products = await scene.open();
  const operator = await AttentionOperator.open();
  const decode = [];
  const prefill = [];
  for (const [i, cached] of lengths.entries()) {
    progress((0.6 * i) / lengths.length, `over ${cached} tokens`);
    const [row, narrowRow] = [scene.prefill(cached, 1), narrow.prefill(cached, 1)];
    const [one, narrowOne] = await timeInTurn(
      [() => attend(products, row), () => attend(int8, narrowRow)],
      3 * rounds,
      signal,
    );
    const error = difference(await readOf(products, row), await readOf(int8, narrowRow));
    decode.push({ cached, f32: timed(one!), int8: timed(narrowOne!), error });
    scene.release();
    narrow.release();
    for (const tokens of prefills) {
      const [rows, narrowRows] = [scene.prefill(cached, tokens), narrow.prefill(cached, tokens)];
      const times = await timeInTurn(
        [
          () => attend(kernel, rows),
          () => attend(products, rows),
          () => operator.attend(rows),
          () => attend(int8, narrowRows),
          async () => {
            for (const each of rows) await attend(kernel, [each]);
          },
        ],
        rounds,
        signal,
      );
      const [byKernel, byProducts, byOperator, byInt8, oneByOne] = times.map(timed) as [
        ...[Timed, Timed, Timed, Timed, Timed],
      ];
      prefill.push({ cached, tokens, byKernel, byProducts, byOperator, byInt8, oneByOne });
      scene.release();
      narrow.release();
    }
  }
  const together = [];
  for (const [i, count] of thinkers.entries()) {
    progress(0.6 + (0.4 * i) / thinkers.length, `${count} thinkers`);
    const rows = scene.thinkers(count, SHARED, OWN);
    const times = await timeInTurn(
      [
        () => attend(products, rows),
        async () => {
          for (const each of rows) await attend(products, [each]);
        },
      ],
      rounds,
      signal,
    );
    const [step, oneByOne] = times.map(timed) as [Timed, Timed];
    together.push({ count, step, oneByOne });
    scene.release();
  }
  const whole = await wholeSteps(thinkers, rounds, signal);
  const tables: Table[] = [
    {
      title: "A prefill (ms: least, median)",
      columns: [
        "tokens cached",
        "tokens",
        "kernel",
        "",
        "products",
        "",
        "operator",
        "",
        "int8",
        "",
        "one by one",
        "",
      ],
      rows: prefill.map(({ cached, tokens, byKernel, byProducts, byOperator, byInt8, oneByOne }) => [
        cached,
        tokens,
        ...[byKernel, byProducts, byOperator, byInt8, oneByOne].flatMap(({ leastMs, medianMs }) => [
          leastMs,
          medianMs,
        ]),
      ]),
    },
    {
      title: `Thinkers of one stream, ${SHARED} tokens of video and ${OWN} of text (ms: least, median)`,
      columns: ["thinkers", "together", "", "one by one", "", "tokens/s, × one by one"],
      rows: together.map(({ count, step, oneByOne }) => [
        count,
        step.leastMs,
        step.medianMs,
        oneByOne.leastMs,
        oneByOne.medianMs,
        oneByOne.leastMs / step.leastMs,
      ]),
    },
    {
      title: "Whole steps of such thinkers (ms, least)",
      columns: ["thinkers", "step", "of it attention", "tokens/s, × one alone", "the same, of attention"],
      rows: whole.map(({ count, stepMs, attentionMs }) => [
        count,
        stepMs,
        attentionMs,
        (count * whole[0]!.stepMs) / stepMs,
        (count * whole[0]!.attentionMs) / attentionMs,
      ]),
    },
    {
      title: "One token (ms: least, median)",
      columns: ["tokens cached", "float32", "", "int8", "", "error of int8 (%)"],
      rows: decode.map(({ cached, f32, int8, error }) => [
        cached,
        ...[f32, int8].flatMap(({ leastMs, medianMs }) => [leastMs, medianMs]),
        100 * error,
      ]),
    },
  ];
  return { tables, plots: [], figures: { sizes, decode, prefill, together, whole }, notes: [] };
}

/** Steps with all that a model does in them, for a thinker alone and for some together. */
async function wholeSteps(thinkers: readonly number[], rounds: number, signal: AbortSignal) {
  const dense = await DenseLayers.open(1);
  const scene = new AttentionScene();
  const attention = await scene.open();
  const counts = [...new Set([1, ...thinkers])];
  const scenes = counts.map((count) => scene.thinkers(count, SHARED, OWN));
  const parts: number[][] = counts.map(() => []);
  const times = await timeInTurn(
    scenes.map((rows, i) => async () => {
      const startedAtMs = performance.now();
      attention.begin(rows);
      let partMs = performance.now() - startedAtMs;
      await dense.run(rows.length, async (layer, qkv) => {
        const fromMs = performance.now();
        attention.write(layer, qkv);
        await attention.read(layer);
        partMs += performance.now() - fromMs;
      });
      parts[i]!.push(partMs);
    }),
    rounds,
    signal,
  );
  scene.release();
  await dense.release();
  return counts.map((count, i) => ({
    count,
    stepMs: Math.min(...times[i]!),
    attentionMs: Math.min(...parts[i]!),
  }));
}
