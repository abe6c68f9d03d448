import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { ModelError } from "../errors.ts";
import { type JsonObject, objectAt, optional, readConfig, unsupported } from "./config-values.ts";
import type { CheckpointFiles } from "./family-conversion.ts";

/** The small files of a checkpoint's folder. */
export interface CheckpointFolder extends CheckpointFiles {
  readonly path: string;
  /** generation_config.json */
  readonly generation: JsonObject;
  /** tokenizer.json and tokenizer_config.json as they are, and parsed. */
  readonly tokenizer: { readonly bytes: Buffer; readonly json: JsonObject };
  readonly tokenizerConfig: { readonly bytes: Buffer; readonly json: JsonObject };
  readonly chatTemplate: string;
  /** As the front matter of README.md names it. */
  readonly license: string | null;
}

/**
 * Reads a folder in the layout of the Hugging Face hub.
 * @throws {ModelError} `checkpoint_not_found`, `checkpoint_invalid`, `checkpoint_unsupported`
 */
export async function readCheckpointFolder(path: string): Promise<CheckpointFolder> {
  const config = await required(path, "config.json");
  const tokenizer = await required(path, "tokenizer.json");
  const tokenizerConfig = await required(path, "tokenizer_config.json");
  const processor = await optionalJson(path, "processor_config.json");
  const image = await optionalJson(path, "preprocessor_config.json");
  const video = await optionalJson(path, "video_preprocessor_config.json");
  return {
    path,
    config: config.json,
    generation: (await optionalJson(path, "generation_config.json")) ?? {},
    preprocessor: {
      ...(image ?? objectAt(processor ?? {}, "image_processor")),
      video: video ?? objectAt(processor ?? {}, "video_processor"),
    },
    tokenizer,
    tokenizerConfig,
    chatTemplate: await chatTemplate(path, tokenizerConfig.json),
    license: await license(path),
  };
}

async function read(folder: string, name: string): Promise<Buffer | null> {
  try {
    return await readFile(join(folder, name));
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === "ENOENT") return null;
    const what = `${join(folder, name)} cannot be read. Check that it is a file and that you may read it.`;
    throw new ModelError("checkpoint_not_found", what, cause);
  }
}

function parse(folder: string, name: string, bytes: Buffer): JsonObject {
  try {
    const json: unknown = JSON.parse(bytes.toString("utf8"));
    if (typeof json === "object" && json !== null && !Array.isArray(json)) return json as JsonObject;
    throw new SyntaxError("no object");
  } catch (cause) {
    const what = `${join(folder, name)} is no valid JSON. Download the checkpoint again.`;
    throw new ModelError("checkpoint_invalid", what, cause);
  }
}

async function required(folder: string, name: string): Promise<{ bytes: Buffer; json: JsonObject }> {
  const bytes = await read(folder, name);
  if (bytes !== null) return { bytes, json: parse(folder, name, bytes) };
  const what = `${folder} has no ${name}.`;
  throw new ModelError(
    "checkpoint_not_found",
    `${what} Give a folder with a checkpoint as it is on the Hugging Face hub: config.json, model.safetensors, tokenizer.json and tokenizer_config.json.`,
  );
}

async function optionalJson(folder: string, name: string): Promise<JsonObject | null> {
  const bytes = await read(folder, name);
  return bytes === null ? null : parse(folder, name, bytes);
}

const templates = z.union([z.string(), z.array(z.object({ name: z.string(), template: z.string() }))]);
const templateSchema = z.object({ chat_template: optional(templates) });

async function chatTemplate(folder: string, tokenizerConfig: JsonObject): Promise<string> {
  const jinja = await read(folder, "chat_template.jinja");
  if (jinja !== null && jinja.length > 0) return jinja.toString("utf8");
  const json = (await optionalJson(folder, "chat_template.json")) ?? {};
  for (const [file, content] of [
    ["chat_template.json", json],
    ["tokenizer_config.json", tokenizerConfig],
  ] as const) {
    const { chat_template: found } = readConfig(templateSchema, content, file);
    const text = Array.isArray(found) ? found.find(({ name }) => name === "default")?.template : found;
    if (text !== undefined && text !== "") return text;
  }
  throw unsupported(
    "it has no chat template, so that it cannot be asked anything",
    "Choose a checkpoint that was trained to follow instructions; their names often end with Instruct.",
  );
}

async function license(folder: string): Promise<string | null> {
  const readme = (await read(folder, "README.md"))?.toString("utf8");
  const head = readme === undefined ? null : /^---\r?\n([\s\S]*?)\r?\n---/.exec(readme);
  const field = (name: string) =>
    head === null
      ? undefined
      : new RegExp(`^${name}:[ \\t]*["']?([^"'\\r\\n]+)`, "m").exec(head[1]!)?.[1]?.trim();
  const named = field("license");
  return (named === "other" ? field("license_name") : named) ?? named ?? null;
}
