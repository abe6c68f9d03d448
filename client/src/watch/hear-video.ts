import { effect } from "@preact/signals";
import { isLive } from "../sources/source.ts";
import { watch } from "./begin.ts";
import { phase } from "./playback.ts";
import { video } from "./video.ts";
import { watching } from "./watching.ts";

/** What follows from what a visitor does with the video's own controls. */
export function hearVideo(): void {
  effect(() => {
    if (phase.value !== "playing") watching.peek()?.flow.rest();
  });
  video.addEventListener("play", () => {
    if (phase.peek() === "ended") playAgain();
  });
}

/** A clip from its beginning, thought about anew: what was seen once is not sent again to the session that saw it. */
export function playAgain(): void {
  const source = watching.peek()?.source ?? null;
  if (source !== null && !isLive(source)) void watch(source);
}
