import type { SceneReason } from "./reasons.ts";

/** What each reason means, and what to do, for people. */
export const SCENE_ADVICE: Readonly<Record<SceneReason | "familiar", string>> = {
  familiar: "This looks like a fixed camera again.",
  dark: "The picture is dark: nothing can be seen. Switch on a light, or look whether the lens is covered.",
  covered: "The picture shows next to nothing. Look whether the lens is covered, fogged or out of focus.",
  frozen: "The picture has not changed by a single pixel for a minute. Look whether the camera still runs.",
  screen:
    "This looks like a screen, slides or a drawing. The model knows only real scenes before a fixed camera.",
  noise: "The picture is nothing but noise or flicker. Look at the camera, its cable and its settings.",
  edited:
    "The picture is cut again and again, as in a film. The model knows only the view of one fixed camera.",
  camera_moving: "The camera seems to move, turn or zoom. Fix it: the model takes the motion for events.",
  cut: "The picture has changed to another one. In a few seconds the new one will be familiar.",
};
