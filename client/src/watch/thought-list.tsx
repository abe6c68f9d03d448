import "./thought-list.css";
import { useState } from "preact/hooks";
import { isLive } from "../sources/source.ts";
import { counted, timecode } from "../ui/format.ts";
import { ThoughtText } from "../ui/thought-text.tsx";
import { seek } from "./playback.ts";
import type { Watching } from "./watching.ts";

/** All thoughts that are kept, the newest first. */
export function ThoughtList({ watched: { story, source } }: { readonly watched: Watching }) {
  const [isOpen, open] = useState(false);
  const canSeek = source !== null && !isLive(source);
  const { thoughts: total } = story.totals.value;
  const kept = story.thoughts.value;
  return (
    <details class="thought-list" onToggle={({ currentTarget }) => open(currentTarget.open)}>
      <summary>{total === 0 ? "No thoughts yet" : `All ${counted(total, "thought")}`}</summary>
      {isOpen && (
        <ol aria-label="Thoughts">
          {kept.toReversed().map(({ id, mediaTimeMs, text, unfamiliar }) => (
            <li key={id}>
              {canSeek ? (
                <button type="button" class="plain number" onClick={() => seek(mediaTimeMs)}>
                  {timecode(mediaTimeMs)}
                </button>
              ) : (
                <span class="number muted">{timecode(mediaTimeMs)}</span>
              )}
              <span>
                <ThoughtText text={text} />
                {unfamiliar && <span class="doubt"> · doubtful: unfamiliar scene</span>}
              </span>
            </li>
          ))}
        </ol>
      )}
      {isOpen && total > kept.length && (
        <p class="muted">{counted(total - kept.length, "older thought")} no longer kept on this page.</p>
      )}
    </details>
  );
}
