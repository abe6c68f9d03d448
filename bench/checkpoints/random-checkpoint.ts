import { mkdir, open, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Json, KnownCheckpoint } from "./known-configs.ts";
import { RandomNumbers } from "./random-numbers.ts";
import { type TensorToMake, tensorsOf } from "./tensor-list.ts";

export interface RandomCheckpointOptions {
  /** Folder that is filled. */
  readonly target: string;
  /** Folder of the tokenizer whose words it gets. */
  readonly tokenizer: string;
  readonly seed: number;
  readonly signal?: AbortSignal;
  readonly onProgress?: (fraction: number) => void;
}

const tiny = join(import.meta.dirname, "../../test/golden/checkpoints");
const readJson = async (path: string): Promise<Json> => JSON.parse(await readFile(path, "utf8"));

/**
 * Writes a checkpoint of true shapes and random weights (bfloat16), in the layout of the Hugging Face hub. What it says is
 * noise; how fast it is and what memory it takes is as with the trained weights.
 */
export async function writeRandomCheckpoint(
  known: KnownCheckpoint,
  options: RandomCheckpointOptions,
): Promise<void> {
  await mkdir(options.target, { recursive: true });
  const write = (name: string, content: Json) =>
    writeFile(join(options.target, name), `${JSON.stringify(content, null, 1)}\n`);
  const { ids, json, config } = await tokenizer(known, options.tokenizer);
  await write("tokenizer.json", json);
  await write("tokenizer_config.json", { ...config, chat_template: await chatTemplate(known) });
  await write("config.json", known.config);
  await write("preprocessor_config.json", known.preprocessor);
  await write("generation_config.json", { eos_token_id: ids.get(known.end) });
  await writeWeights(tensorsOf(known), options);
}

/** The words of one tokenizer and the special tokens of a checkpoint. */
async function tokenizer(known: KnownCheckpoint, folder: string) {
  const json = await readJson(join(folder, "tokenizer.json"));
  const config = await readJson(join(folder, "tokenizer_config.json"));
  const form = { single_word: false, lstrip: false, rstrip: false, normalized: false, special: true };
  const there = json.added_tokens as readonly { readonly id: number; readonly content: string }[];
  const more = Object.entries(known.tokens).map(([content, id]) => ({ id, content, ...form }));
  const added = [...there.filter(({ content }) => !(content in known.tokens)), ...more];
  return {
    ids: new Map(added.map(({ content, id }) => [content, id])),
    json: { ...json, added_tokens: added },
    config: { ...config, eos_token: known.end },
  };
}

async function chatTemplate({ family }: KnownCheckpoint): Promise<string> {
  if (family !== "qwen2.5-vl") return readFile(join(tiny, family, "chat_template.jinja"), "utf8");
  return (await readJson(join(tiny, family, "tokenizer_config.json"))).chat_template as string;
}

async function writeWeights(
  tensors: readonly TensorToMake[],
  { target, seed, signal, onProgress }: RandomCheckpointOptions,
): Promise<void> {
  const header: Record<string, object> = {};
  let total = 0;
  for (const { name, shape } of tensors) {
    const bytes = 2 * shape.reduce((size, axis) => size * axis);
    header[name] = { dtype: "BF16", shape, data_offsets: [total, total + bytes] };
    total += bytes;
  }
  const text = Buffer.from(JSON.stringify(header));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(text.length));
  const path = join(target, "model.safetensors");
  const unfinished = `${path}.incomplete`;
  const file = await open(unfinished, "w");
  try {
    await file.writeFile(Buffer.concat([length, text]));
    const numbers = new RandomNumbers(seed);
    let done = 0;
    for (const tensor of tensors) {
      for (const part of numbers.of(tensor)) {
        signal?.throwIfAborted();
        await file.writeFile(part);
        done += part.length;
        onProgress?.(done / total);
      }
    }
    await rename(unfinished, path);
  } finally {
    await file.close();
    await rm(unfinished, { force: true });
  }
}
