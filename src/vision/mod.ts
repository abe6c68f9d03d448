/** Vision: the frames of a unit become visual tokens, and their keys and values. */
export type { EncoderInput, EncoderOutput, EncoderState, ImageEncoder } from "./image-encoder.ts";
export type {
  EncodedUnit,
  PublishedUnit,
  SeeingOptions,
  TowerSpeed,
  UnitFrames,
  VisionFigures,
  VisionReport,
  VisionRequest,
  VisionSetup,
} from "./messages.ts";
export { openImageEncoder, openTower, openVisionRunner, spawnVision } from "./start.ts";
export { StillDetector } from "./still-detector.ts";
export { unitRows } from "./unit-rows.ts";
export type { SeenUnit } from "./vision-model.ts";
export type { UnitToSee, VisionRunner, VisualUnit } from "./vision-runner.ts";
export type { VisionStream } from "./vision-stream.ts";
