import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { CheckpointTensors } from "../../../src/models/convert/safetensors.ts";
import { textGraphs } from "../../../src/models/convert/text-graphs.ts";
import { readTextStack, type TextKind } from "../../../src/models/convert/text-stack-spec.ts";
import type { WeightWidth } from "../../../src/models/mod.ts";
import { readNumbers, tinyCheckpoint } from "../../support/checkpoints.ts";
import { DenseStack, inOrder } from "../../support/dense-stack.ts";
import { greatestDifference, tokenDistance } from "../../support/token-distance.ts";

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "thinkalong-text-"));
});
afterAll(() => rm(folder, { recursive: true }));

const json = async (path: string) => JSON.parse(await readFile(path, "utf8"));

/** The text stack of a tiny checkpoint, converted. */
async function stackOf(family: string, kind: TextKind, weights: WeightWidth) {
  const source = tinyCheckpoint(family);
  const config = await json(join(source, "config.json"));
  const tensors = await CheckpointTensors.open(source);
  const spec = readTextStack(config, kind, (name) => tensors.has(name));
  const target = await mkdtemp(join(folder, `${family}-`));
  const paths: string[] = [];
  for (const [i, graph] of textGraphs(spec, tensors, weights).entries()) {
    paths.push(join(target, `text.${i}.onnx`));
    await graph.write(paths[i]!);
  }
  await tensors.close();
  const { heads, kvHeads, headWidth, rope } = spec;
  return {
    spec,
    stack: await DenseStack.open(paths, { heads, kv_heads: kvHeads, head_width: headWidth, rope }),
  };
}

const families: readonly (readonly [string, TextKind])[] = [
  ["llama", "llama"],
  ["idefics3", "llama"],
  ["qwen2-vl", "qwen2"],
  ["qwen2.5-vl", "qwen2"],
  ["qwen3-vl", "qwen3"],
];

/** Greatest mean KL divergence of 8- and 4-bit weights on these random weights; twice what was measured. */
const MOST_KL = { q8: 0.004, q4: 0.5 } as const;

describe("the graphs of a text stack with plain attention between them", () => {
  it.each(families)("say what transformers says: %s", async (family, kind) => {
    const golden = await readNumbers(join(tinyCheckpoint(family), "golden.safetensors"));
    const said = await json(join(tinyCheckpoint(family), "golden.json"));
    const { spec, stack } = await stackOf(family, kind, "fp32");
    const narrow = {
      q8: (await stackOf(family, kind, "q8")).stack,
      q4: (await stackOf(family, kind, "q4")).stack,
    };
    const { width, layers, vocabulary } = spec;
    // The prompt has a video in it. What DeepStack adds to it is not among the goldens.
    for (const what of family === "llama" || family === "qwen3-vl" ? ["text"] : ["text", "prompt"]) {
      const states = golden(`${what}.hidden`);
      const expected = golden(`${what}.logits`);
      const rows: number = said[what].ids.length;
      const state = (i: number) => states.subarray(i * rows * width, (i + 1) * rows * width);
      const input = { x: state(0), width, positions: said[what].positions ?? inOrder(rows) };
      const { hidden, logits } = await stack.run(input);
      expect(hidden.length).toBe(layers - 1);
      for (const [i, found] of hidden.entries()) {
        expect(greatestDifference(found, state(i + 1)), `hidden state ${i + 1}`).toBeLessThan(1e-4);
      }
      expect(greatestDifference(logits.subarray(-expected.length), expected)).toBeLessThan(1e-4);
      for (const weights of ["q8", "q4"] as const) {
        const found = (await narrow[weights].run(input)).logits.subarray(-expected.length);
        const { kl } = tokenDistance(found, expected, vocabulary);
        expect(kl, `KL with ${weights}`).toBeLessThan(MOST_KL[weights]);
        expect(kl, `KL with ${weights}`).toBeGreaterThan(1e-6);
      }
    }
  });

  it("add the features of DeepStack, at positions that differ on all three axes", async () => {
    const golden = await readNumbers(join(tinyCheckpoint("qwen3-vl"), "deep.safetensors"));
    const { spec, stack } = await stackOf("qwen3-vl", "qwen3", "fp32");
    expect(spec.deepLayers).toBe(2);
    const places = [...golden("positions")];
    const rows = places.length / 3;
    const { hidden, logits } = await stack.run({
      x: golden("inputs"),
      width: spec.width,
      positions: [0, 1, 2].map((axis) => places.slice(axis * rows, (axis + 1) * rows)),
      deep: [golden("deep.0"), golden("deep.1")],
    });
    const all = Float32Array.from(hidden.flatMap((state) => [...state]));
    expect(greatestDifference(all, golden("hidden"))).toBeLessThan(1e-4);
    expect(greatestDifference(logits, golden("logits"))).toBeLessThan(1e-4);
  });
});
