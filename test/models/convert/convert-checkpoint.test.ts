import { createHash } from "node:crypto";
import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { requireSpace, writeError } from "../../../src/models/disk-space.ts";
import { convertCheckpoint, isCheckpoint, loadModel } from "../../../src/models/mod.ts";
import { readNumbers, tinyCheckpoint } from "../../support/checkpoints.ts";
import { DenseStack, inOrder } from "../../support/dense-stack.ts";
import { EditedCheckpoint } from "../../support/edited-checkpoint.ts";
import { writeSafetensors } from "../../support/safetensors.ts";
import { TinyModel } from "../../support/tiny-model.ts";
import { greatestDifference } from "../../support/token-distance.ts";

describe("a checkpoint that is converted", () => {
  it("is a bundle that can be loaded and says what transformers says", async () => {
    await using llama = await EditedCheckpoint.copy("llama");
    const target = join(llama.root, "models", "tiny");
    const progress: number[] = [];
    let total = 0;
    await convertCheckpoint({
      source: llama.source,
      target,
      weights: "fp32",
      onProgress: (now) => {
        progress.push(now.bytes);
        total = now.total;
      },
    });
    expect(progress).toEqual([...progress].sort((a, b) => a - b));
    expect(progress.at(-1)).toBe(total);
    expect(await readdir(join(llama.root, "models"))).toEqual(["tiny"]);

    const model = await loadModel(target);
    if (!isCheckpoint(model)) throw new Error("It is no checkpoint.");
    const { manifest } = model;
    expect(manifest).toMatchObject({
      id: "llama",
      revision: null,
      license: "apache-2.0",
      family: "llama",
      weights: "fp32",
      transformer: { layers: 3, heads: 6, kv_heads: 2, head_width: 16, rope: { base: 50000 }, context: 4096 },
      vision: null,
      end_tokens: [297],
      embeddings: { dtype: "F16" },
      graphs: { tower: null, text: ["text.0.onnx", "text.1.onnx", "text.2.onnx", "text.3.onnx"] },
    });
    expect(manifest.chat_template).toContain("<|im_start|>assistant");
    for (const [name, { sha256, bytes }] of Object.entries(manifest.files)) {
      const content = await readFile(join(target, name));
      expect([content.length, createHash("sha256").update(content).digest("hex")]).toEqual([bytes, sha256]);
    }

    const golden = await readNumbers(llama.file("golden.safetensors"));
    const { ids } = JSON.parse(await readFile(llama.file("golden.json"), "utf8")).text as { ids: number[] };
    const { width } = manifest.transformer;
    const states = golden("text.hidden");
    const stack = await DenseStack.open(model.paths.text, manifest.transformer);
    const x = states.subarray(0, ids.length * width);
    const { logits } = await stack.run({ x, width, positions: inOrder(ids.length) });
    const expected = golden("text.logits");
    expect(greatestDifference(logits.subarray(-expected.length), expected)).toBeLessThan(1e-4);
  });

  it("runs as it was trained, going by the tokens that only such a checkpoint has", async () => {
    await using trained = await TinyModel.make("qwen2.5-vl", "fp32", true);
    await using other = await TinyModel.make("qwen2.5-vl");
    const [{ manifest }, usual] = [await loadModel(trained.path), await loadModel(other.path)];
    expect(manifest).toMatchObject({
      cache: { mask: "interleaved", positions: "growing", visual_sink_units: 0, visual_window_units: 20 },
      thinking: { policy: "think-respond" },
    });
    expect(usual.manifest).toMatchObject({
      cache: { mask: "streamed", positions: "contiguous" },
      thinking: { policy: "prompted" },
    });
  });

  it("is refused when its frames look at text that is numbered by itself", async () => {
    await using trained = await TinyModel.make("qwen2.5-vl", "fp32", true);
    const path = join(trained.path, "bundle.json");
    const manifest = JSON.parse(await readFile(path, "utf8"));
    manifest.cache.positions = "contiguous";
    await writeFile(path, JSON.stringify(manifest));
    await expect(loadModel(trained.path)).rejects.toMatchObject({
      code: "bundle_invalid",
      message: expect.stringContaining("must be growing where the mask is interleaved"),
    });
  });

  it("replaces what was there, and keeps what is said of it", async () => {
    await using llama = await EditedCheckpoint.copy("llama");
    const target = join(llama.root, "bundle");
    await mkdir(target);
    await writeFile(join(target, "old"), "");
    const said = { id: "someone/tiny", revision: "abc", license: "mit" };
    await convertCheckpoint({ source: llama.source, target, weights: "q4", ...said });
    expect(await readdir(target)).not.toContain("old");
    expect((await loadModel(target)).manifest).toMatchObject({ ...said, weights: "q4" });
  });

  it("takes its end tokens and its template from where they are", async () => {
    await using llama = await EditedCheckpoint.copy("llama");
    await rm(llama.file("generation_config.json"));
    await llama.edit("config.json", (config) => Object.assign(config, { eos_token_id: [5, 6] }));
    await llama.edit("tokenizer_config.json", (config) => {
      config.eos_token = { content: "<|endoftext|>" };
    });
    await writeFile(llama.file("chat_template.json"), JSON.stringify({ chat_template: "from json" }));
    const manifest = async () => {
      const target = join(llama.root, "bundle");
      await convertCheckpoint({ source: llama.source, target, weights: "q8" });
      return (await loadModel(target)).manifest;
    };
    expect(await manifest()).toMatchObject({ end_tokens: [5, 6, 298], chat_template: "from json" });
    await writeFile(llama.file("chat_template.jinja"), "from jinja");
    expect(await manifest()).toMatchObject({ chat_template: "from jinja" });
  });

  it("leaves nothing behind when it is stopped, or when a file is in the way", async () => {
    await using llama = await EditedCheckpoint.copy("llama");
    const stop = new AbortController();
    const target = join(llama.root, "bundle");
    const options = { source: llama.source, target, weights: "q8" as const };
    const stopped = convertCheckpoint({
      ...options,
      signal: stop.signal,
      onProgress: ({ file }) => {
        if (file === "text.1.onnx") stop.abort(new Error("Stopped."));
      },
    });
    await expect(stopped).rejects.toThrow("Stopped.");
    expect(await readdir(llama.root)).toEqual(["llama"]);
    await writeFile(join(llama.root, "bundle"), "a file is in the way");
    const early = convertCheckpoint({ ...options, target: join(target, "below") });
    await expect(early).rejects.toThrow();
    expect(await readdir(llama.root)).toEqual(["bundle", "llama"]);
  });

  it.each<[string, string, (config: Record<string, unknown>) => void]>([
    [
      "recurrent or convolutional",
      "unsupported",
      (config) => Object.assign(config, { model_type: "qwen3_5" }),
    ],
    [
      "recurrent or convolutional",
      "unsupported",
      (config) => Object.assign(config, { model_type: "lfm2_vl" }),
    ],
    ["mixture of experts", "unsupported", (config) => Object.assign(config, { model_type: "qwen3_vl_moe" })],
    ["Known are", "unsupported", (config) => Object.assign(config, { model_type: "gpt2" })],
    ["no model_type", "unsupported", (config) => delete config.model_type],
    ["quantised already", "unsupported", (config) => Object.assign(config, { quantization_config: {} })],
    ["does not belong", "unsupported", (config) => Object.assign(config, { attention_bias: false })],
    ["no tensor", "invalid", (config) => Object.assign(config, { num_hidden_layers: 4 })],
    ["has the shape", "invalid", (config) => Object.assign(config, { intermediate_size: 64 })],
    ["tokens up to 299", "invalid", (config) => Object.assign(config, { vocab_size: 299 })],
  ])("is refused before anything is written: %s", async (reason, code, change) => {
    await using llama = await EditedCheckpoint.copy("llama");
    await llama.edit("config.json", change);
    const target = join(llama.root, "bundle");
    await expect(convertCheckpoint({ source: llama.source, target, weights: "q8" })).rejects.toMatchObject({
      code: `checkpoint_${code}`,
      message: expect.stringContaining(reason),
    });
    expect(await readdir(llama.root)).toEqual(["llama"]);
  });

  it.each(["config.json", "tokenizer.json", "tokenizer_config.json"])(
    "is refused without %s",
    async (name) => {
      await using llama = await EditedCheckpoint.copy("llama");
      await rm(llama.file(name));
      const target = join(llama.root, "bundle");
      await expect(convertCheckpoint({ source: llama.source, target, weights: "q8" })).rejects.toMatchObject({
        code: "checkpoint_not_found",
        message: expect.stringContaining(name),
      });
    },
  );

  it("is refused without a chat template, and with numbers that are no floats", async () => {
    await using llama = await EditedCheckpoint.copy("llama");
    const convert = () =>
      convertCheckpoint({ source: llama.source, target: join(llama.root, "bundle"), weights: "q8" });
    const dtype = "I8";
    await rm(llama.file("model.safetensors.index.json"));
    await writeSafetensors(llama.file("model.safetensors"), {
      "model.embed_tokens.weight": { dtype, shape: [300, 36], data: new Uint8Array(300 * 36) },
    });
    await expect(convert()).rejects.toThrow(/holds I8 numbers/);
    await llama.edit("tokenizer_config.json", (config) => delete config.chat_template);
    await expect(convert()).rejects.toThrow(/no chat template/);
  });
});

describe("a disk that is too small", () => {
  it("is told before the conversion, and in plain words when it fills up in the middle", async () => {
    await expect(requireSpace([{ dir: tinyCheckpoint("llama"), bytes: 1e18 }], "It")).rejects.toMatchObject({
      code: "disk_full",
      message: expect.stringMatching(/needs 1000000000 GB/),
    });
    await expect(requireSpace([{ dir: tinyCheckpoint("llama"), bytes: 1 }], "It")).resolves.toBeUndefined();
    const full = Object.assign(new Error("no space"), { code: "ENOSPC" });
    expect(writeError(full, "/x")).toMatchObject({ code: "disk_full", cause: full });
    const other = new Error("other");
    expect(writeError(other, "/x")).toBe(other);
  });
});
