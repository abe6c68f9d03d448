/** Model bundles: read, check, describe; pull, convert, keep; the tokenizer; caches of a model's shape. */
export { type Bundle, type EyesPaths, loadBundle } from "./bundle.ts";
export type { BundleManifest } from "./bundle-schema.ts";
export { BUNDLED_MODEL } from "./bundled-model.ts";
export { ByteDecoder } from "./byte-decoder.ts";
export { MOST_CACHE_BYTES, requireCacheSizes } from "./cache-sizes.ts";
export { type Around, ChatTemplate, type ChatTemplateOptions } from "./chat-template.ts";
export {
  type Checkpoint,
  type CheckpointSettings,
  isCheckpoint,
  loadModel,
  type Model,
  withSettings,
} from "./checkpoint.ts";
export { CheckpointCodec, type CheckpointCodecOptions } from "./checkpoint-codec.ts";
export {
  type CheckpointManifest,
  checkpointSchema,
  FAMILY_NAMES,
  type FamilyName,
  WEIGHT_WIDTHS,
  type WeightWidth,
} from "./checkpoint-schema.ts";
export {
  type ConversionOptions,
  type ConversionProgress,
  convertCheckpoint,
  withSample,
} from "./convert/mod.ts";
export { modelBytes } from "./convert/onnx-proto.ts";
export { Counting } from "./counting.ts";
export { EmbeddingTable } from "./embedding-table.ts";
export { ModelError, type ModelErrorCode } from "./errors.ts";
export {
  type FamilyRuntime,
  type FamilyVision,
  familyRuntime,
  type PictureSize,
  type TowerInput,
  type UnitLayout,
  type UnitToLayOut,
  type VideoWindow,
} from "./families/mod.ts";
export { hubSettings, parseCheckpointName, removeDownloads, sizeText, type Transfer } from "./hub/mod.ts";
export {
  forbiddenBy,
  KNOWN_CHECKPOINTS,
  type KnownCheckpoint,
  knownCheckpoint,
} from "./known-checkpoints.ts";
export { kvShape, makeTextCache, makeVisualCache, type TextBudgets, unitMs } from "./model-caches.ts";
export { QuestionNotes } from "./question-notes.ts";
export { type StackShape, stackShape } from "./stack-shape.ts";
export {
  BUNDLE_CONVERTER,
  type Converter,
  dataFolder,
  type InstalledModel,
  ModelStore,
  type Pulled,
  type PullPlan,
  type PullStep,
  pullModel,
  resolveModel,
} from "./store/mod.ts";
export { type NumberTokens, type SpecialTokens, TextCodec } from "./tokenizer.ts";
