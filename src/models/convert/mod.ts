/** Conversion of published checkpoints into bundles. */
export { type ConversionOptions, type ConversionProgress, convertCheckpoint } from "./convert-checkpoint.ts";
export type { CheckpointFiles, FamilyConversion, TowerConversion } from "./family-conversion.ts";
export { GraphBuilder, type Value } from "./graph-builder.ts";
export { CheckpointTensors } from "./safetensors.ts";
export { withSample } from "./sample-checkpoint.ts";
