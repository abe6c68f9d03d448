/** Checkpoints of true shapes and random weights, to measure speed and memory with. */

export { KNOWN, type KnownCheckpoint } from "./known-configs.ts";
export { type LiveMinute, type LiveOptions, watchLive } from "./live-minutes.ts";
export { exportForTransformersJs, type OnnxExportOptions, TRANSFORMERS_JS_DTYPE } from "./onnx-export.ts";
export { type RandomCheckpointOptions, writeRandomCheckpoint } from "./random-checkpoint.ts";
export { type TensorToMake, tensorsOf } from "./tensor-list.ts";
export { type TowerError, type TowerErrorOptions, towerError } from "./tower-error.ts";
