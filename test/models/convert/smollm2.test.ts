import { open, readFile } from "node:fs/promises";
import { join } from "node:path";
import { Tokenizer } from "@huggingface/tokenizers";
import { describe, expect, it } from "vitest";
import { type Checkpoint, isCheckpoint, loadModel } from "../../../src/models/mod.ts";
import { DenseStack, inOrder } from "../../support/dense-stack.ts";
import { Smollm2Bundle } from "../../support/smollm2-bundle.ts";
import { hasSmollm2, smollm2 } from "../../support/smollm2-checkpoint.ts";
import { tokenDistance } from "../../support/token-distance.ts";

/** What transformers says, in 32-bit numbers: `logits` of the vocabulary's `entries` and the first choice after each id. */
interface Golden {
  readonly ids: number[];
  readonly prompt: number;
  readonly top1: number[];
  readonly entries: number[];
  readonly logits: number[][];
}

const fixture = join(import.meta.dirname, "../../fixtures/smollm2-golden.json");
const golden: Golden = JSON.parse(await readFile(fixture, "utf8"));

const PROMPT =
  "<|im_start|>system\nYou are a helpful AI assistant named SmolLM, trained by Hugging Face<|im_end|>\n" +
  "<|im_start|>user\nA red car enters from the left, stops at the crossing and leaves to the right. How many cars were " +
  "there, and what colour?<|im_end|>\n<|im_start|>assistant\n";

/** Rows of the embedding table, which is stored in 32-bit numbers. */
async function embed({ paths, manifest }: Checkpoint, ids: readonly number[]): Promise<Float32Array> {
  const { width } = manifest.transformer;
  const x = new Float32Array(ids.length * width);
  const file = await open(paths.embeddings);
  for (const [row, id] of ids.entries()) {
    await file.read(new Uint8Array(x.buffer, row * width * 4, width * 4), 0, width * 4, id * width * 4);
  }
  await file.close();
  return x;
}

async function logitsOf(path: string): Promise<Float32Array> {
  const model = await loadModel(path);
  if (!isCheckpoint(model)) throw new Error("It is no checkpoint.");
  const { transformer } = model.manifest;
  const stack = await DenseStack.open(model.paths.text, transformer);
  const x = await embed(model, golden.ids);
  return (await stack.run({ x, width: transformer.width, positions: inOrder(golden.ids.length) })).logits;
}

const firstChoices = (logits: Float32Array, vocabulary: number): number[] =>
  golden.ids.map((_, row) => {
    const choice = logits.subarray(row * vocabulary, (row + 1) * vocabulary);
    return choice.indexOf(choice.reduce((a, b) => Math.max(a, b)));
  });

describe.skipIf(!hasSmollm2)("SmolLM2-135M, converted", () => {
  it("has the tokenizer that its prompt was made with", async () => {
    const json = async (name: string) => JSON.parse(await readFile(join(smollm2(), name), "utf8"));
    const tokenizer = new Tokenizer(await json("tokenizer.json"), await json("tokenizer_config.json"));
    expect(tokenizer.encode(PROMPT, { add_special_tokens: false }).ids).toEqual(
      golden.ids.slice(0, golden.prompt),
    );
  });

  it("says what transformers says; with 8-bit blocks nearly so; in little memory", async () => {
    await using exact = await Smollm2Bundle.convert("fp32");
    await using blocks = await Smollm2Bundle.convert("q8");
    const vocabulary = 49152;
    const largestTensor = vocabulary * 576 * 4;
    for (const { peakBytes } of [exact, blocks]) {
      expect(peakBytes).toBeGreaterThan(3e7);
      expect(peakBytes).toBeLessThan(1.5 * largestTensor + 3e8);
    }

    const logits = await logitsOf(exact.path);
    let most = 0;
    for (const [row, expected] of golden.logits.entries()) {
      for (const [i, value] of expected.entries()) {
        most = Math.max(most, Math.abs(value - logits[row * vocabulary + golden.entries[i]!]!));
      }
    }
    // Measured: 7e-5.
    expect(most).toBeLessThan(2e-4);
    expect(firstChoices(logits, vocabulary)).toEqual(golden.top1);

    // Measured: a KL divergence of 0.0055, and the same first choice on 94 of 98 tokens.
    const { kl, agreement } = tokenDistance(await logitsOf(blocks.path), logits, vocabulary);
    expect(kl).toBeLessThan(0.01);
    expect(agreement).toBeGreaterThan(0.9);
  });
});
