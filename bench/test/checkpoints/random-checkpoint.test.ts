import { createHash } from "node:crypto";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { convertCheckpoint, loadModel } from "../../../src/models/mod.ts";
import { tinyCheckpoint } from "../../../test/support/checkpoints.ts";
import { KNOWN, type KnownCheckpoint, tensorsOf, writeRandomCheckpoint } from "../../checkpoints/mod.ts";

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "thinkalong-random-"));
});
afterAll(() => rm(folder, { recursive: true }));

const tokenizer = tinyCheckpoint("llama");

/** The same architecture, so narrow that a test can convert it. */
function narrow(known: KnownCheckpoint): KnownCheckpoint {
  const text = {
    hidden_size: 32,
    intermediate_size: 48,
    num_hidden_layers: 4,
    num_attention_heads: 4,
    num_key_value_heads: 2,
    head_dim: 128,
  };
  const vision = { hidden_size: 16, intermediate_size: 24, num_hidden_layers: 1, num_attention_heads: 2 };
  const eyes = { depth: 24, num_heads: 2, out_hidden_size: 32 };
  const { config } = known;
  const own =
    "text_config" in config ? { text_config: { ...(config.text_config as object), ...text } } : text;
  const vision_config = { ...(config.vision_config as object), ...vision, ...eyes };
  return { ...known, config: { ...config, ...own, vision_config } };
}

describe.each(Object.entries(KNOWN))("%s with random weights", (name, known) => {
  it("has the number of weights that its name says, or says of its language model alone", () => {
    const count = tensorsOf(known).reduce((sum, { shape }) => sum + shape.reduce((a, b) => a * b), 0);
    const [, digits, unit] = /-([\d.]+)([bm])$/.exec(name)!;
    const said = Number(digits) * (unit === "b" ? 1e9 : 1e6);
    expect(count / said).toBeGreaterThan(0.95);
    expect(count / said).toBeLessThan(1.3);
  });

  it("is a checkpoint that can be converted, the same one for the same seed", async () => {
    const hashes: string[] = [];
    for (const seed of [1, 1, 2]) {
      const source = await mkdtemp(join(folder, `${name}-`));
      await writeRandomCheckpoint(narrow(known), { target: source, tokenizer, seed });
      const weights = await readFile(join(source, "model.safetensors"));
      hashes.push(createHash("sha256").update(weights).digest("hex"));
    }
    expect(hashes[1]).toBe(hashes[0]);
    expect(hashes[2]).not.toBe(hashes[0]);

    const source = join(folder, name);
    const target = join(folder, `${name}.bundle`);
    await writeRandomCheckpoint(narrow(known), { target: source, tokenizer, seed: 1 });
    await convertCheckpoint({ source, target, weights: "q4" });
    const { manifest } = await loadModel(target);
    expect(manifest).toMatchObject({ family: known.family, transformer: { layers: 4, kv_heads: 2 } });
    expect((manifest as { vision: unknown }).vision).not.toBeNull();
  });
});
