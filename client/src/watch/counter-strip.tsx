import { inWords } from "../story/counts.ts";
import type { Story } from "../story/story.ts";

/** Who came and went, as far as the narrator has counted it. */
export function CounterStrip({ story }: { readonly story: Story }) {
  if (story.counts.value.length === 0) return null;
  return <p class="counter-strip muted number">{story.counts.value.map(inWords).join(" · ")}</p>;
}
