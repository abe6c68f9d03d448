/** Why a scene is unfamiliar. When several reasons hold, the first of this list is given. */
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
