import "./caption.css";
import type { Story } from "../story/story.ts";
import { duration } from "../ui/format.ts";

/** The newest thought, on the picture, with how long after its frame it came. */
export function Caption({ story }: { readonly story: Story }) {
  const thought = story.newestThought.value;
  if (thought === null) return null;
  return (
    <p class="caption">
      <span>{thought.text}</span>
      {thought.ttftMs !== null && (
        <small class="number">said {duration(thought.ttftMs)} after the frame</small>
      )}
    </p>
  );
}
