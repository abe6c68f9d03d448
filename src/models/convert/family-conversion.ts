import type { CheckpointManifest, FamilyName } from "../checkpoint-schema.ts";
import type { JsonObject } from "./config-values.ts";
import type { GraphBuilder } from "./graph-builder.ts";
import type { CheckpointTensors } from "./safetensors.ts";
import type { TextKind } from "./text-stack-spec.ts";

/** What a checkpoint's folder says, as parsed from its files; empty objects where there is no such file. */
export interface CheckpointFiles {
  /** config.json */
  readonly config: JsonObject;
  /** preprocessor_config.json, or that part of processor_config.json; with video_preprocessor_config.json under `video`. */
  readonly preprocessor: JsonObject;
}

/** What the vision half of a bundle is made of. */
export interface TowerConversion {
  /** `vision` of bundle.json. */
  readonly vision: NonNullable<CheckpointManifest["vision"]>;
  /**
   * Adds the whole tower to a builder: inputs as `FamilyVision.towerInputs` makes them; outputs
   * `x [visual tokens, width]` and, with DeepStack, `deep.0 …`, one for each of `deep_layers`.
   */
  build(builder: GraphBuilder, tensors: CheckpointTensors): void;
}

/** How one family of checkpoints becomes a bundle. */
export interface FamilyConversion {
  readonly name: FamilyName;
  /** Values of `model_type` in config.json, and the kind of text stack that each has. */
  readonly modelTypes: Readonly<Record<string, TextKind>>;
  /**
   * The vision tower; null for a model without eyes.
   * @throws {ModelError} `checkpoint_unsupported`, with the reason
   */
  tower(files: CheckpointFiles): TowerConversion | null;
  /** Fields of bundle.json's `cache` that are not the usual ones. */
  readonly cache?: Partial<CheckpointManifest["cache"]>;
}
