import { z } from "zod";
import type { CheckpointManifest } from "../checkpoint-schema.ts";
import { type JsonObject, optional, readConfig, unsupported } from "./config-values.ts";

type Rope = CheckpointManifest["transformer"]["rope"];

const count = z.int().positive();
const ropeSchema = z.object({
  rope_theta: optional(z.number().positive()),
  rope_type: optional(z.string()),
  type: optional(z.string()),
  mrope_section: optional(z.tuple([count, count, count])),
  mrope_interleaved: optional(z.boolean()),
  partial_rotary_factor: optional(z.number()),
});

const configSchema = z.object({
  rope_theta: optional(z.number().positive()),
  // Newer versions of transformers write one object, older ones `rope_theta` and `rope_scaling`.
  rope_parameters: optional(ropeSchema),
  rope_scaling: optional(ropeSchema),
  partial_rotary_factor: optional(z.number()),
  rope_interleaved: optional(z.boolean()),
});

/** The base of rotation where a config says none: the default of transformers. */
const DEFAULT_BASE = 10_000;

/**
 * How positions turn keys and queries, from the text part of config.json.
 *
 * @param axes whether the family turns parts of a head by time, row and column (M-RoPE)
 * @throws {ModelError} `checkpoint_unsupported` for a rotation that is scaled (YaRN, Llama 3 and others) or partial
 */
export function readRope(config: JsonObject, headWidth: number, axes: boolean): Rope {
  const read = readConfig(configSchema, config);
  const parameters = { ...read.rope_scaling, ...read.rope_parameters };
  const type = parameters.rope_type ?? parameters.type ?? "default";
  if (type !== "default" && type !== "mrope") {
    throw unsupported(`its positions are scaled by the method "${type}", which is not known here`);
  }
  const share = parameters.partial_rotary_factor ?? read.partial_rotary_factor ?? 1;
  if (share !== 1) throw unsupported(`only ${share} of each head is rotated, which is not known here`);
  if (read.rope_interleaved)
    throw unsupported("its heads are rotated in interleaved pairs, which is not known here");
  const base = parameters.rope_theta ?? read.rope_theta ?? DEFAULT_BASE;
  if (!axes) return { base, interleaved: false };
  const sections = parameters.mrope_section;
  if (sections === undefined) throw unsupported("config.json has no mrope_section");
  if (sections.reduce((sum, pairs) => sum + pairs) !== headWidth / 2) {
    throw unsupported(`mrope_section ${sections.join(", ")} does not add up to half a head of ${headWidth}`);
  }
  return { base, sections, interleaved: parameters.mrope_interleaved ?? false };
}
