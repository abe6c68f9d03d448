import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as ort from "onnxruntime-node";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { axesOf, type Position } from "../../../src/cache/mod.ts";
import { type Checkpoint, loadModel } from "../../../src/models/checkpoint.ts";
import { convertCheckpoint } from "../../../src/models/convert/mod.ts";
import { EmbeddingTable } from "../../../src/models/embedding-table.ts";
import { familyRuntime } from "../../../src/models/families/mod.ts";
import { tinyCheckpoint } from "../../support/checkpoints.ts";
import { DenseStack } from "../../support/dense-stack.ts";
import {
  goldenFrames,
  greatestDifference,
  readEncoder,
  readGolden,
  SEEING,
  type SeeingFamily,
} from "../../support/tiny-checkpoints.ts";

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "thinkalong-prompts-"));
});
afterAll(() => rm(folder, { recursive: true }));

/** One row of the transformer's sequence: a token, or the tower's row for a visual one. */
interface Row {
  readonly token: number | null;
  readonly position: Position;
}

/** A prompt with a video, from pictures to the rows that the transformer is fed, with the product's own parts. */
async function promptRows(family: SeeingFamily, checkpoint: Checkpoint) {
  const { manifest, paths } = checkpoint;
  const golden = await readGolden(family);
  const encode = await readEncoder(family);
  const { frames, width, height, rendered } = golden.prompt;
  const at = { ...manifest, vision: { ...manifest.vision!, fps: golden.fps } };
  const vision = familyRuntime(family).vision(at)!;
  const tower = await ort.InferenceSession.create(paths.tower!, { intraOpNumThreads: 1 });
  const [before, after] = rendered.split(
    family === "qwen3-vl" ? "<|video_pad|>" : vision.placeholder.rendered,
  ) as [string, string];

  const rows: Row[] = [];
  const text = (tokens: readonly number[], start: number) =>
    tokens.forEach((token, i) => {
      rows.push({ token, position: start + i });
    });
  const perUnit = vision.framesPerUnit;
  const window = { units: frames / perUnit, unitMs: (1000 * perUnit) / golden.fps };
  text(encode(before + vision.intro(window)), 0);
  let start: Position = rows.length;
  const seen: Record<string, Float32Array>[] = [];
  const size = { width, height };
  for (let unit = 0; unit < frames / perUnit; unit++) {
    const inputs = vision.towerInputs(goldenFrames(unit * perUnit, perUnit, width, height), size);
    const feeds = Object.entries(inputs).map(
      ([name, { type, data, dims }]) => [name, new ort.Tensor(type, data as never, [...dims])] as const,
    );
    const outputs = Object.entries(await tower.run(Object.fromEntries(feeds)));
    seen.push(Object.fromEntries(outputs.map(([name, { data }]) => [name, data as Float32Array])));
    const seconds = (unit * perUnit) / golden.fps;
    const lastSeconds = seconds + (perUnit - 1) / golden.fps;
    const { tokens, positions, end } = vision.layOut({ unit, size, seconds, lastSeconds, start }, encode);
    tokens.forEach((token, i) => {
      rows.push({ token, position: positions[i]! });
    });
    start = end;
  }
  text(encode(vision.outro + after), Math.max(...axesOf(start)));

  const columns = manifest.transformer.width;
  const visual = (name: string) => Float32Array.from(seen.flatMap((outputs) => [...outputs[name]!]));
  const table = new EmbeddingTable(checkpoint);
  const [x, deep] = [
    new Float32Array(rows.length * columns),
    Array.from({ length: manifest.transformer.deep_layers }, () => new Float32Array(rows.length * columns)),
  ];
  const features = [visual("x"), ...deep.map((_, i) => visual(`deep.${i}`))];
  let next = 0;
  for (const [i, { token }] of rows.entries()) {
    if (token !== null) {
      table.read(token, x, i * columns);
      continue;
    }
    for (const [part, target] of [x, ...deep].entries()) {
      target.set(features[part]!.subarray(next * columns, (next + 1) * columns), i * columns);
    }
    next++;
  }
  table.close();
  expect(next * columns).toBe(features[0]!.length);
  const positions = [0, 1, 2].map((axis) => rows.map(({ position }) => axesOf(position)[axis]!));
  return { golden, input: { x, width: columns, positions, deep } };
}

describe("a prompt with a video, from pictures to logits", () => {
  it.each(SEEING)("is what transformers makes of it: %s", async (family) => {
    const target = join(folder, family);
    await convertCheckpoint({ source: tinyCheckpoint(family), target, weights: "fp32" });
    const checkpoint = (await loadModel(target)) as Checkpoint;
    const { golden, input } = await promptRows(family, checkpoint);
    const stack = await DenseStack.open(checkpoint.paths.text, checkpoint.manifest.transformer);
    const { hidden, logits } = await stack.run(input);
    const states = golden.tensors.get("prompt.hidden")!.data;
    const state = (i: number) => states.subarray(i * input.x.length, (i + 1) * input.x.length);
    expect(greatestDifference(input.x, state(0))).toBeLessThan(1e-5);
    for (const [i, found] of hidden.entries()) {
      // transformers notes a layer's output before it adds what DeepStack gives.
      const expected = state(i + 1).map((value, at) => value + (input.deep[i]?.[at] ?? 0));
      expect([i, greatestDifference(found, expected) < 1e-4]).toEqual([i, true]);
    }
    const last = golden.tensors.get("prompt.logits")!.data;
    expect(greatestDifference(logits.subarray(-last.length), last)).toBeLessThan(1e-4);
  });
});
