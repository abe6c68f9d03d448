import { effect } from "@preact/signals";
import { useEffect, useState } from "preact/hooks";
import { inWords } from "../story/running-number.ts";
import type { Story } from "../story/story.ts";
import { Announcements } from "./announcements.ts";

/** Tells screen readers the thoughts, without flooding them. */
export function Announcer({ story }: { readonly story: Story }) {
  const [text, setText] = useState("");
  useEffect(() => {
    const announcements = new Announcements();
    let timer: ReturnType<typeof setTimeout> | undefined;
    // What was said before is in the list.
    let last = story.thoughts.peek().at(-1)?.id ?? null;
    const tell = () => {
      const next = announcements.take(performance.now());
      if (next !== null) setText(next);
    };
    const stop = effect(() => {
      const thoughts = story.thoughts.value;
      const at = thoughts.findLastIndex(({ id }) => id === last);
      for (const { id, text, isDone } of thoughts.slice(at + 1)) {
        if (!isDone) break;
        last = id;
        const inMs = announcements.add(inWords(text), performance.now());
        clearTimeout(timer);
        timer = setTimeout(tell, inMs);
      }
    });
    return () => {
      stop();
      clearTimeout(timer);
    };
  }, [story]);
  return (
    <p class="unseen" role="status" aria-label="Newest thoughts">
      {text}
    </p>
  );
}
