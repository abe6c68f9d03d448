/** Decides whether a scene is one that the model knows. Works on pictures alone; knows no model and no stream. */
export { SCENE_ADVICE } from "./advice.ts";
export { type Scene, SceneMonitor, type SceneUnit } from "./monitor.ts";
export { SCENE_REASONS, type SceneReason } from "./reasons.ts";
export { SCENE_THRESHOLDS, type SceneThresholds } from "./thresholds.ts";
