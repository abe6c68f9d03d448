import { CONVERSIONS } from "../families/conversions.ts";
import { type JsonObject, unsupported } from "./config-values.ts";
import type { FamilyConversion } from "./family-conversion.ts";
import type { TextKind } from "./text-stack-spec.ts";

/** Architectures of which it is known why they cannot be run, by what `model_type` begins with. */
const KNOWN: readonly (readonly [RegExp, string])[] = [
  [
    /^(qwen3_5|qwen3_next|lfm2|mamba|bamba|falcon_h1|jamba|rwkv|zamba|granitemoehybrid|nemotron_h)/,
    "some of its layers keep a recurrent or convolutional state, from which what was seen cannot be taken out again, so that no window can slide",
  ],
  [/moe|mixtral/, "it is a mixture of experts"],
  [/^(gemma3n|gemma4)/, "some of its layers share the keys and values of others, which is not known here"],
];

/**
 * The family of a checkpoint, by `model_type` in config.json.
 * @throws {ModelError} `checkpoint_unsupported`, with the reason
 */
export function findFamily(config: JsonObject): { family: FamilyConversion; kind: TextKind } {
  if ("quantization_config" in config || "compression_config" in config) {
    throw unsupported(
      "its weights are quantised already",
      "Choose the checkpoint that it was made from: weights are quantised here.",
    );
  }
  const type = config.model_type;
  if (typeof type !== "string") throw unsupported("config.json has no model_type");
  for (const family of CONVERSIONS) {
    const kind = family.modelTypes[type];
    if (kind !== undefined) return { family, kind };
  }
  const known = KNOWN.find(([pattern]) => pattern.test(type));
  if (known !== undefined) throw unsupported(known[1]);
  const types = CONVERSIONS.flatMap(({ modelTypes }) => Object.keys(modelTypes)).sort();
  throw unsupported(`its architecture "${type}" is not known here. Known are ${types.join(", ")}`);
}
