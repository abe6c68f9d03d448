/** Why a scene is unfamiliar, the most telling first: of several that hold, the first is said. */
export const SCENE_REASONS = [
  "dark",
  "covered",
  "frozen",
  "screen",
  "noise",
  "edited",
  "camera_moving",
  "cut",
] as const;

export type SceneReason = (typeof SCENE_REASONS)[number];
