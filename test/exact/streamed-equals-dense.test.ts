import { join } from "node:path";
import fc from "fast-check";
import { beforeAll, describe, expect, test } from "vitest";
import { POSITION_SCHEMES, type PositionSchemeName } from "../../src/cache/mod.ts";
import { type Bundle, loadBundle, TextCodec, unitMs } from "../../src/models/mod.ts";
import { Answerer, SLACK_UNITS, type Thinker } from "../../src/reasoner/mod.ts";
import { type DenseSizes, DenseStack, denseLogits, embed } from "./dense-reference.ts";
import { type FedToken, type PolicyOptions, textSights, visualSights } from "./policy.ts";
import { openRunners, RecordedRun, type Runners } from "./recorded-run.ts";
import { readWeights } from "./weights.ts";

const DIR = join(import.meta.dirname, "../fixtures/tiny-bundle");

let bundle: Bundle;
let runners: Runners;
let special: TextCodec["special"];
const weight = readWeights(DIR);

beforeAll(async () => {
  bundle = await loadBundle(DIR);
  runners = await openRunners(bundle);
  special = new TextCodec(bundle).special;
});

type Op =
  | { readonly type: "show"; readonly gap: number; readonly seed: number }
  | { readonly type: "step"; readonly pick: number }
  | { readonly type: "ask"; readonly tokens: number[] };

interface Scene {
  readonly visualWindowUnits: number;
  readonly textWindowTokens: number;
  readonly positions: PositionSchemeName;
  /** Media time at which the stream begins: a second, or a year of a camera's clock. */
  readonly startMs: number;
  readonly skipBias: number;
  readonly remembersSilence: boolean;
  readonly ops: readonly Op[];
}

/** In units of the nominal rate: regular, jitter, dropped frames, a camera that paused. */
const gap = fc.constantFrom(1, 1, 1, 0.6, 1.7, 4, 40);
const show = fc.record({ type: fc.constant("show" as const), gap, seed: fc.integer({ min: 1, max: 1e6 }) });
const step = fc.record({ type: fc.constant("step" as const), pick: fc.nat(5) });
const words = fc.array(fc.integer({ min: 8, max: 110 }), { minLength: 1, maxLength: 6 });
const ask = fc.record({ type: fc.constant("ask" as const), tokens: words });

const scenes = (length: number): fc.Arbitrary<Scene> =>
  fc.record({
    visualWindowUnits: fc.integer({ min: 1, max: 5 }),
    textWindowTokens: fc.integer({ min: 1, max: 24 }),
    positions: fc.constantFrom(...POSITION_SCHEMES),
    startMs: fc.constantFrom(1000, 365 * 86_400_000),
    skipBias: fc.constantFrom(0, 6, 12),
    remembersSilence: fc.boolean(),
    ops: fc.array(
      fc.oneof(
        { weight: 4, arbitrary: show },
        { weight: 12, arbitrary: step },
        { weight: 1, arbitrary: ask },
      ),
      { minLength: length / 2, maxLength: length },
    ),
  });

/** A noisy picture with bands that depend on the seed. */
function picture(seed: number, bytes: number): Uint8Array {
  let state = seed;
  return Uint8Array.from({ length: bytes }, (_, i) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return ((i >> 9) * seed + (state >>> 27)) & 255;
  });
}

/** Plays a scene on the real caches and graphs. */
async function play(given: Scene): Promise<RecordedRun> {
  const manifest = {
    ...bundle.manifest,
    thinking: {
      ...bundle.manifest.thinking,
      skip_bias: given.skipBias,
      remembers_silence: given.remembersSilence,
    },
  };
  const run = new RecordedRun({ ...bundle, manifest }, runners, given);
  const { width, height, frames_per_unit } = manifest.vision;
  let mediaTimeMs = given.startMs;
  for (const op of given.ops) {
    if (op.type === "show") {
      const frameMs = (op.gap * unitMs(manifest)) / frames_per_unit;
      mediaTimeMs += frameMs * frames_per_unit;
      const first = run.times.length === 0 ? 0 : frameMs / 1000;
      await run.show(mediaTimeMs, picture(op.seed, frames_per_unit * 3 * width * height), [
        first,
        frameMs / 1000,
      ]);
    } else if (op.type === "ask") {
      run.ask(op.tokens);
    } else {
      await run.step(op.pick);
    }
  }
  while (await run.step(0)) {}
  return run;
}

/** All text tokens of a run that stayed, in the order in which they were fed. */
function history(run: RecordedRun, { visualWindowUnits, remembersSilence }: Scene): FedToken[] {
  const silent = new Set(
    run.log.thoughts.flatMap(({ skipped, unit }) => (skipped && !remembersSilence ? [unit] : [])),
  );
  const fed: FedToken[] = [];
  const narration: number[] = [];
  const branches = new Map<Thinker, { group: number; last: number }>();
  const opening = [special.narrate, special.skip, special.endThink];
  let unit = -1;
  for (const { thinker, tokens, newest } of run.steps) {
    const oldestHeld = newest - (visualWindowUnits + SLACK_UNITS) + 1;
    if (thinker.policy instanceof Answerer) {
      const finished = run.finishedAtBirth.get(thinker)!;
      const past = narration.filter((i) => fed[i]!.group < finished);
      const branch = branches.get(thinker) ?? { group: 1e6 + branches.size, last: past.at(-1)! };
      branches.set(thinker, branch);
      for (const token of tokens) {
        const position = fed[branch.last]!.position + 1;
        const from = thinker.policy.from.unit;
        fed.push({ token, group: branch.group, position, from, oldestHeld, before: branch.last });
        branch.last = fed.length - 1;
      }
      continue;
    }
    for (const token of tokens) {
      if (opening.includes(token)) unit++;
      const group = token === special.narrate ? -1 : unit;
      const before = narration.at(-1) ?? null;
      fed.push({ token, group, position: narration.length, from: unit, oldestHeld, before });
      const forgotten = token === special.skip && silent.has(unit);
      if (!forgotten) narration.push(fed.length - 1);
    }
  }
  return fed;
}

/** Logits of every token by the dense pass over the whole history. */
function dense(run: RecordedRun, given: Scene): Float64Array[] {
  const { transformer, vision } = bundle.manifest;
  const sizes: DenseSizes = {
    layers: transformer.layers,
    heads: transformer.heads,
    headWidth: transformer.head_width,
    ropeBase: transformer.rope_base,
  };
  const n = vision.tokens_per_unit;
  const width = sizes.heads * sizes.headWidth;
  const options: PolicyOptions = { tokensPerUnit: n, unitMs: unitMs(bundle.manifest), ...given };
  const inputs = run.embeddings.flatMap((unit) =>
    Array.from({ length: n }, (_, i) => Float64Array.from(unit.subarray(i * width, (i + 1) * width))),
  );
  const seen = inputs.map((_, i) => visualSights(Math.floor(i / n), 0, run.times, options, null));
  const visual = new DenseStack(weight, "visual", sizes).run(inputs, seen);
  const fed = history(run, given);
  const text = new DenseStack(weight, "text", sizes).run(
    fed.map(({ token }) => embed(weight, token)),
    fed.map((_, i) => textSights(i, fed, options)),
    {
      kv: visual.kv,
      sights: fed.map(({ from, oldestHeld, position }) =>
        visualSights(from, oldestHeld, run.times, options, position),
      ),
    },
  );
  return text.outputs.map((output) => denseLogits(weight, output));
}

/** How far any logit is off, and the tokens that the dense pass would have chosen otherwise. */
function compare(run: RecordedRun, expected: readonly Float64Array[]): { worst: number; otherwise: number } {
  const rows = run.steps.flatMap(({ logits, masked }) =>
    logits.map((row, i) => ({ row, masked: masked[i]! })),
  );
  expect(rows).toHaveLength(expected.length);
  let worst = 0;
  let otherwise = 0;
  rows.forEach(({ row, masked }, i) => {
    const dense = expected[i]!.map((x, k) => x + (masked[k] === row[k] ? 0 : masked[k]! - row[k]!));
    row.forEach((x, k) => {
      worst = Math.max(worst, Math.abs(x - expected[i]![k]!));
    });
    const [best, second] = [...dense].sort((a, b) => b - a);
    const tied = best! - second! < 2e-4;
    if (!tied && dense.indexOf(best!) !== masked.indexOf(Math.max(...masked))) otherwise++;
  });
  return { worst, otherwise };
}

const worst = (run: RecordedRun, expected: readonly Float64Array[]) => compare(run, expected).worst;

describe("the streamed path equals one dense masked pass over the whole history", () => {
  test("for any order of frames, gaps in time, steps and questions, with eviction in both caches", async () => {
    const reached = {
      units: 0,
      visualEvicted: 0,
      textEvicted: 0,
      answers: 0,
      skips: 0,
      together: 0,
      drafted: 0,
      rejected: 0,
    };
    await fc.assert(
      fc.asyncProperty(scenes(160), async (given) => {
        const run = await play(given);
        const compared = compare(run, dense(run, given));
        expect(compared.worst).toBeLessThan(1e-4);
        expect(compared.otherwise).toBe(0);
        reached.together += run.widest > 2 ? 1 : 0;
        reached.drafted += run.drafters.thoughts.counts.accepted + run.drafters.answers.counts.accepted;
        reached.rejected += run.drafters.thoughts.counts.drafted - run.drafters.thoughts.counts.accepted;
        const thoughts = run.log.thoughts;
        reached.units += run.times.length;
        reached.visualEvicted += Math.max(0, run.times.length - 1 - given.visualWindowUnits);
        reached.textEvicted += thoughts.at(-1)?.evictedTokens ?? 0;
        reached.skips += thoughts.filter((thought) => thought.skipped).length;
        reached.answers += run.log.answers.length;
      }),
      { numRuns: 15 },
    );
    // The property is empty unless the runs get where it could fail.
    for (const [what, count] of Object.entries(reached)) expect(count, what).toBeGreaterThan(5);
  });

  test.each<[PositionSchemeName, number, boolean]>([
    ["real-time", 300, true],
    ["real-time", 200, false],
    ["contiguous", 200, true],
    ["growing", 200, true],
    ["group", 200, false],
  ])(
    "and still after many evictions in each cache, with questions (%s, %i units, silence remembered: %s)",
    async (positions, units, remembersSilence) => {
      const ops = Array.from({ length: units }, (_, unit): Op[] => [
        { type: "show", gap: unit % 7 === 3 ? 1.7 : 1, seed: unit + 1 },
        ...(unit % 100 === 60 ? [{ type: "ask" as const, tokens: [20, 30, 40] }] : []),
        ...Array.from({ length: 5 }, (): Op => ({ type: "step", pick: unit % 2 })),
      ]).flat();
      const given: Scene = {
        positions,
        startMs: 1000,
        visualWindowUnits: 4,
        textWindowTokens: 12,
        skipBias: remembersSilence ? 6 : 3,
        remembersSilence,
        ops,
      };
      const run = await play(given);
      const compared = compare(run, dense(run, given));
      expect(compared.worst).toBeLessThan(1e-4);
      expect(compared.otherwise).toBe(0);
      const done = run.log.thoughts;
      expect(done).toHaveLength(units);
      expect(done.at(-1)!.evictedTokens).toBeGreaterThan((remembersSilence ? 0.9 : 0.5) * units);
      expect(run.log.answers).toHaveLength(Math.floor((units + 39) / 100));
    },
  );

  test("and the comparison notices a single hidden unit", async () => {
    const [given] = fc.sample(scenes(120), { numRuns: 1, seed: 3 }) as [Scene];
    const run = await play(given);
    const wider = { ...given, visualWindowUnits: given.visualWindowUnits + 1 };
    expect(worst(run, dense(run, given))).toBeLessThan(1e-4);
    expect(worst(run, dense(run, wider))).toBeGreaterThan(1e-3);
  });
});
