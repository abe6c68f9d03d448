import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as ort from "onnxruntime-node";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { CheckpointManifest } from "../../../src/models/checkpoint-schema.ts";
import { convertCheckpoint } from "../../../src/models/mod.ts";
import { tinyCheckpoint } from "../../../test/support/checkpoints.ts";
import { DenseStack, inOrder } from "../../../test/support/dense-stack.ts";
import { type Golden, greatestDifference, readGolden } from "../../../test/support/tiny-checkpoints.ts";
import {
  exportForTransformersJs,
  KNOWN,
  type KnownCheckpoint,
  writeRandomCheckpoint,
} from "../../checkpoints/mod.ts";

const [LAYERS, WIDTH, KV_HEADS, HEAD_WIDTH, SIDE] = [3, 32, 2, 32, 48];

let folder: string;
let golden: Golden;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "thinkalong-onnx-"));
  golden = await readGolden("idefics3");
  await exportForTransformersJs({
    source: tinyCheckpoint("idefics3"),
    target: folder,
    weights: "fp32",
    side: SIDE,
  });
});
afterAll(() => rm(folder, { recursive: true }));

const open = (at: string, name: string) =>
  ort.InferenceSession.create(join(at, "onnx", `${name}.onnx`), { intraOpNumThreads: 1 });
const whole = (values: readonly number[], dims: readonly number[]) =>
  new ort.Tensor("int64", BigInt64Array.from(values, BigInt), dims);

/** The same architecture, so narrow that a test can run it. */
function narrow(known: KnownCheckpoint): KnownCheckpoint {
  const text_config = {
    ...(known.config.text_config as object),
    hidden_size: WIDTH,
    intermediate_size: 48,
    num_hidden_layers: LAYERS,
    num_attention_heads: 6,
    num_key_value_heads: KV_HEADS,
    head_dim: HEAD_WIDTH,
  };
  const vision_config = {
    ...(known.config.vision_config as object),
    ...{ hidden_size: 16, intermediate_size: 24, num_hidden_layers: 1, num_attention_heads: 2 },
  };
  return { ...known, config: { ...known.config, text_config, vision_config } };
}

/** Logits of some tokens behind others, as transformers.js asks for them, and all keys and values after them. */
async function step(
  sessions: { embed: ort.InferenceSession; decoder: ort.InferenceSession },
  ids: readonly number[],
  kept: number,
  past: Readonly<Record<string, ort.Tensor>> | null,
) {
  const { inputs_embeds } = await sessions.embed.run({ input_ids: whole(ids, [1, ids.length]) });
  const names = Array.from({ length: LAYERS }, (_, i) => [`${i}.key`, `${i}.value`]).flat();
  const empty = new ort.Tensor("float32", new Float32Array(0), [1, KV_HEADS, 0, HEAD_WIDTH]);
  const before = past === null ? 0 : past["present.0.key"]!.dims[2]!;
  const all = before + ids.length;
  return await sessions.decoder.run({
    inputs_embeds: inputs_embeds!,
    attention_mask: whole(new Array(all).fill(1), [1, all]),
    num_logits_to_keep: whole([kept], []),
    ...Object.fromEntries(
      names.map((name) => [`past_key_values.${name}`, past?.[`present.${name}`] ?? empty]),
    ),
  });
}

describe("a checkpoint as transformers.js loads it", () => {
  it("sees what transformers sees", async () => {
    const eyes = await open(folder, "vision_encoder");
    const pixels = golden.tensors.get("unit.0.pixels")!.data;
    const twice = Float32Array.from([...pixels, ...pixels.map((value) => -value)]);
    const { image_features: features } = await eyes.run({
      pixel_values: new ort.Tensor("float32", twice, [1, 2, 3, SIDE, SIDE]),
    });
    expect(features!.dims).toEqual([2, 16, 48]);
    const first = (features!.data as Float32Array).subarray(0, 16 * 48);
    expect(greatestDifference(first, golden.tensors.get("unit.0.features")!.data)).toBeLessThan(1e-3);
  });

  it("gives the logits of the bundle's graphs, at once and token by token", async () => {
    const source = join(folder, "random");
    const known = narrow(KNOWN["smolvlm2-256m"]!);
    await writeRandomCheckpoint(known, { target: source, tokenizer: tinyCheckpoint("llama"), seed: 3 });
    const bundle = join(folder, "bundle");
    await convertCheckpoint({ source, target: bundle, weights: "fp32" });
    await exportForTransformersJs({ source, target: source, weights: "fp32", side: 512 });
    const sessions = {
      embed: await open(source, "embed_tokens"),
      decoder: await open(source, "decoder_model_merged"),
    };
    const ids = Array.from({ length: 20 }, (_, i) => (i * i * 2411) % 49_000);
    const { inputs_embeds } = await sessions.embed.run({ input_ids: whole(ids, [1, ids.length]) });
    const manifest = JSON.parse(await readFile(join(bundle, "bundle.json"), "utf8")) as CheckpointManifest;
    const dense = await DenseStack.open(
      manifest.graphs.text.map((name) => join(bundle, name)),
      manifest.transformer,
    );
    const x = inputs_embeds!.data as Float32Array;
    const { logits } = await dense.run({ x, width: WIDTH, positions: inOrder(ids.length) });
    const { vocabulary } = manifest.transformer;

    const once = await step(sessions, ids, 0, null);
    expect(once.logits!.dims).toEqual([1, ids.length, vocabulary]);
    expect(greatestDifference(once.logits!.data as Float32Array, logits)).toBeLessThan(1e-4);

    const half = ids.length / 2;
    let past: Readonly<Record<string, ort.Tensor>> = await step(sessions, ids.slice(0, half), 1, null);
    for (let i = half; i < ids.length; i++) {
      past = await step(sessions, [ids[i]!], 1, past);
      const expected = logits.subarray(i * vocabulary, (i + 1) * vocabulary);
      expect(greatestDifference(past.logits!.data as Float32Array, expected)).toBeLessThan(1e-4);
    }
    expect(logits.reduce((most, value) => Math.max(most, value))).toBeGreaterThan(0.1);
  });

  it("refuses what it cannot write", async () => {
    const options = { source: tinyCheckpoint("idefics3"), target: folder, weights: "fp32" } as const;
    await expect(exportForTransformersJs({ ...options, side: 40 })).rejects.toThrow("48, 36, 24");
    const qwen = { ...options, source: tinyCheckpoint("qwen3-vl"), side: 48 };
    await expect(exportForTransformersJs(qwen)).rejects.toThrow("Only SmolVLM");
  });
});
