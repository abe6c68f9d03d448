import type { Story } from "../story/story.ts";
import { counted, duration } from "../ui/format.ts";

/** Says in quiet times that it watches on. */
export function Heartbeat({ story }: { readonly story: Story }) {
  const { ms, units } = story.quiet.value;
  return (
    <p class="muted number">
      {story.nowMs.value === null
        ? "waiting for the first picture"
        : `watching · quiet for ${duration(ms)} · ${counted(units, "unit")} seen`}
    </p>
  );
}
