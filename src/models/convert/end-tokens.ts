import { z } from "zod";
import { ModelError } from "../errors.ts";
import type { CheckpointFolder } from "./checkpoint-folder.ts";
import { optional, readConfig } from "./config-values.ts";
import { textConfig } from "./text-stack-spec.ts";

const id = z.int().nonnegative();
const eosSchema = z.object({ eos_token_id: optional(z.union([id, z.array(id)])) });
const namedSchema = z.object({
  eos_token: optional(z.union([z.string(), z.object({ content: z.string() })])),
});
const tokenizerSchema = z.object({
  model: z.object({ vocab: optional(z.record(z.string(), z.unknown())) }),
  added_tokens: optional(z.array(z.object({ id, content: z.string() }))),
});

/**
 * The tokens that end what a model says: those of generation_config.json, or else of config.json, and the tokenizer's
 * own, by its name.
 *
 * @throws {ModelError} `checkpoint_invalid` when there is none
 */
export function endTokens(folder: CheckpointFolder): number[] {
  const { config, generation, tokenizer, tokenizerConfig } = folder;
  const sources = [generation, config, textConfig(config)];
  const found = sources
    .map((source) => [readConfig(eosSchema, source).eos_token_id ?? []].flat())
    .find(({ length }) => length > 0);
  const { eos_token: eos } = readConfig(namedSchema, tokenizerConfig.json, "tokenizer_config.json");
  const name = typeof eos === "string" ? eos : eos?.content;
  const named = name === undefined ? undefined : tokenIds(tokenizer.json).get(name);
  const ends = [...new Set([...(found ?? []), ...(named === undefined ? [] : [named])])];
  if (ends.length > 0) return ends;
  const what = `${folder.path} does not say which token ends an answer (eos_token_id in generation_config.json).`;
  throw new ModelError("checkpoint_invalid", `${what} Add it, or choose another checkpoint.`);
}

/**
 * That the model knows every token of its tokenizer.
 * @throws {ModelError} `checkpoint_invalid`
 */
export function requireVocabulary(folder: CheckpointFolder, vocabulary: number): void {
  let highest = -1;
  for (const token of tokenIds(folder.tokenizer.json).values()) highest = Math.max(highest, token);
  if (highest < vocabulary) return;
  const what = `${folder.path}/tokenizer.json has tokens up to ${highest}, and vocab_size in config.json is ${vocabulary}.`;
  throw new ModelError("checkpoint_invalid", `${what} Check that both files are of the same checkpoint.`);
}

/** Ids of all tokens by their text. A tokenizer whose vocabulary is no list of ids gives those that were added. */
export function tokenIds(json: CheckpointFolder["tokenizer"]["json"]): Map<string, number> {
  const { model, added_tokens: added = [] } = readConfig(tokenizerSchema, json, "tokenizer.json");
  const ids = new Map<string, number>();
  for (const [text, token] of Object.entries(model.vocab ?? {})) {
    if (typeof token === "number") ids.set(text, token);
  }
  for (const { content, id: token } of added) ids.set(content, token);
  return ids;
}
