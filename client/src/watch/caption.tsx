import "./caption.css";
import { effect } from "@preact/signals";
import { useEffect, useState } from "preact/hooks";
import { inWords } from "../story/running-number.ts";
import type { Story } from "../story/story.ts";
import { duration } from "../ui/format.ts";
import { CaptionQueue, type CaptionState } from "./caption-queue.ts";

/** The newest thought, on the picture, with how long after its frame it came. */
export function Caption({ story }: { readonly story: Story }) {
  const shown = useCaption(story);
  if (shown === null) return null;
  const thought = story.thoughts.value.find(({ id }) => id === shown.item);
  if (thought === undefined) return null;
  const words = inWords(thought.text).split(" ");
  const revealed = Math.ceil(shown.revealed * words.length);
  return (
    <p class={shown.isOld ? "caption old" : "caption"}>
      <span class="words">
        {words.map((word, at) => (
          <span key={at} class={at < revealed ? "told" : undefined}>
            {at > 0 && " "}
            {word}
          </span>
        ))}
      </span>
      <small class="number">
        {thought.ttftMs !== null && <span>said {duration(thought.ttftMs)} after the frame</span>}
        {thought.unfamiliar && <span class="doubt">doubtful: the model does not know such a scene</span>}
      </small>
    </p>
  );
}

/** Id of the thought that is shown now, and how. */
function useCaption(story: Story): CaptionState<string> | null {
  const [shown, show] = useState<CaptionState<string> | null>(null);
  useEffect(() => {
    const queue = new CaptionQueue<string>();
    let last: string | null = null;
    let timer: ReturnType<typeof setTimeout> | undefined;
    let frame = 0;
    const draw = () => {
      clearTimeout(timer);
      cancelAnimationFrame(frame);
      const now = performance.now();
      const state = queue.at(now);
      show(state);
      if (state === null) return;
      if (state.revealed < 1) frame = requestAnimationFrame(draw);
      else if (state.changesAtMs !== null) timer = setTimeout(draw, Math.max(0, state.changesAtMs - now) + 1);
    };
    const stop = effect(() => {
      const thoughts = story.thoughts.value;
      const at = thoughts.findLastIndex(({ id }) => id === last);
      // What was said before this was shown is in the list.
      const fresh = last === null ? thoughts.slice(-1) : thoughts.slice(at + 1);
      for (const { id, heardAtMs } of fresh) queue.push(id, heardAtMs);
      last = thoughts.at(-1)?.id ?? last;
      draw();
    });
    return () => {
      stop();
      clearTimeout(timer);
      cancelAnimationFrame(frame);
    };
  }, [story]);
  return shown;
}
