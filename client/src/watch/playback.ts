import { signal } from "@preact/signals";
import { video } from "./video.ts";

/** What the video of the page does. `none`: it has no source. */
export type Phase = "none" | "playing" | "paused" | "ended";

export const phase = signal<Phase>("none");

/** Width of the picture by its height. Cameras may stand upright. */
export const proportions = signal(16 / 9);

/** Media time of what is shown (ms), a few times a second. */
export const shownMs = signal(0);

const hear = (names: readonly (keyof HTMLMediaElementEventMap)[], act: () => void) => {
  for (const name of names) video.addEventListener(name, act);
};

hear(["loadedmetadata", "resize"], () => {
  if (video.videoWidth > 0) proportions.value = video.videoWidth / video.videoHeight;
});
hear(["timeupdate", "seeking", "emptied"], () => {
  shownMs.value = video.currentTime * 1000;
});
hear(["playing"], () => {
  phase.value = "playing";
});
hear(["pause"], () => {
  phase.value = "paused";
});
hear(["ended"], () => {
  phase.value = "ended";
});
hear(["emptied"], () => {
  phase.value = "none";
});
hear(["seeking"], () => {
  // Going back behind the end shows old moments. A video that plays again from its end seeks, too, but does not stand.
  if (phase.peek() === "ended" && video.paused) phase.value = "paused";
});

/** Shows a moment of a clip. It was seen before, so it is not sent again. */
export function seek(mediaTimeMs: number): void {
  video.currentTime = mediaTimeMs / 1000;
}
