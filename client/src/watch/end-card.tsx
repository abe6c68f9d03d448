import "./end-card.css";
import { isLive } from "../sources/source.ts";
import { counted, playingTime } from "../ui/format.ts";
import { again, watch } from "./begin.ts";
import { phase } from "./playback.ts";
import { video } from "./video.ts";
import type { Watching } from "./watching.ts";

/** What a clip has come to, at its end, and where to go from here. */
export function EndCard({ watched: { source, story } }: { readonly watched: Watching }) {
  if (phase.value !== "ended" || source === null || isLive(source)) return null;
  return (
    <section class="end-card" aria-label="End of the video">
      <p class="number">
        watched {playingTime(story.nowMs.value ?? 0)}, {counted(story.totals.value.thoughts, "thought")}
      </p>
      <p class="choices">
        <button type="button" class="main" onClick={playAgain}>
          Play again
        </button>
        <button type="button" onClick={() => void watch({ kind: "webcam" })}>
          Try your camera
        </button>
      </p>
    </section>
  );
}

function playAgain(): void {
  again();
  // The button is gone, and whoever used the keyboard goes on from here.
  video.focus();
}
