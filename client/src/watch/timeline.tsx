import { timecode } from "../ui/format.ts";
import type { Watching } from "./watching.ts";

/** One time axis with what was seen and what was thought. */
export function Timeline({ watched: { story } }: { readonly watched: Watching }) {
  return (
    <ol class="card" aria-label="Thoughts">
      {story.thoughts.value.toReversed().map(({ id, mediaTimeMs, text }) => (
        <li key={id}>
          <span class="number muted">{timecode(mediaTimeMs)}</span> {text}
        </li>
      ))}
    </ol>
  );
}
