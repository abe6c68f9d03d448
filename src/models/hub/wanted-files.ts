import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { ModelError } from "../errors.ts";

/** Files that say what a checkpoint is. They are small, and come before its weights. */
const SMALL = new Set([
  "config.json",
  "generation_config.json",
  "preprocessor_config.json",
  "processor_config.json",
  "video_preprocessor_config.json",
  "tokenizer.json",
  "tokenizer_config.json",
  "special_tokens_map.json",
  "added_tokens.json",
  "chat_template.jinja",
  "chat_template.json",
  "vocab.json",
  "merges.txt",
  "README.md",
]);

export const WEIGHTS = "model.safetensors";
export const WEIGHTS_INDEX = "model.safetensors.index.json";

const indexSchema = z.object({
  weight_map: z.record(z.string(), z.string().regex(/^[\w.-]+\.safetensors$/)),
});

/** Whether a file belongs to what a checkpoint says of itself: its configuration, tokenizer, template and licence. */
export function isDescription(path: string): boolean {
  return SMALL.has(path) || path === WEIGHTS_INDEX || /^(?:licen[cs]e|notice)(?:\.(?:md|txt))?$/i.test(path);
}

/**
 * Names of the files with a checkpoint's weights, of those that a folder or the hub has.
 *
 * @param dir folder with the index, where there is one
 * @param label the checkpoint, for people
 * @throws {ModelError} `checkpoint_invalid` when its weights are not there as safetensors
 */
export async function weightFiles(
  names: ReadonlySet<string>,
  dir: string,
  label: string,
): Promise<readonly string[]> {
  for (const needed of ["config.json", "tokenizer.json"])
    if (!names.has(needed))
      throw new ModelError(
        "checkpoint_invalid",
        `${label} has no ${needed}, which says ${needed === "config.json" ? "what model it is" : "how it writes text"}. Check the name, or fetch it again.`,
      );
  if (!names.has(WEIGHTS_INDEX) && !names.has(WEIGHTS)) {
    const other = [...names].find((name) => /\.(bin|pt|pth|onnx|gguf|msgpack|h5)$/.test(name));
    throw new ModelError(
      "checkpoint_invalid",
      `${label} has no weights as safetensors (${WEIGHTS})${other === undefined ? "" : `; files such as ${other} are not read`}. Take a checkpoint with safetensors.`,
    );
  }
  if (!names.has(WEIGHTS_INDEX)) return [WEIGHTS];
  const path = join(dir, WEIGHTS_INDEX);
  const files = await readIndex(path);
  const missing = files.find((name) => !names.has(name));
  if (missing !== undefined)
    throw new ModelError(
      "checkpoint_invalid",
      `${label} is incomplete: ${WEIGHTS_INDEX} names ${missing}, which is not there. Fetch it again.`,
    );
  return files;
}

async function readIndex(path: string): Promise<readonly string[]> {
  try {
    const { weight_map } = indexSchema.parse(JSON.parse(await readFile(path, "utf8")));
    return [...new Set(Object.values(weight_map))].sort();
  } catch (cause) {
    throw new ModelError("checkpoint_invalid", `${path} is no index of weights. Fetch it again.`, cause);
  }
}
