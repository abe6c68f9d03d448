import type { SceneReason } from "./reasons.ts";

/** For people: what each reason means and what to do. */
export const SCENE_ADVICE: Readonly<Record<SceneReason | "familiar", string>> = {
  familiar: "This looks like a fixed camera again.",
  dark: "The picture is dark: nothing can be seen. Switch on a light, or check whether the lens is covered.",
  covered: "The picture shows next to nothing. Check whether the lens is covered, fogged or out of focus.",
  frozen: "The picture has not changed by a single pixel for a minute. Check whether the camera still runs.",
  screen:
    "This looks like a screen, slides or a drawing. The model knows only real scenes in front of a fixed camera.",
  noise: "The picture is nothing but noise or flicker. Check the camera, its cable and its settings.",
  edited:
    "The picture is cut again and again, as in a film. The model knows only the view of one fixed camera.",
  camera_moving: "The camera seems to move, turn or zoom. Fix it: the model takes the motion for events.",
  cut: "The picture was replaced by another one. In a few seconds the new one will be familiar.",
};
