import "./chip-row.css";
import { useComputed, useSignalEffect } from "@preact/signals";
import { useEffect, useMemo } from "preact/hooks";
import type { Watching } from "../watch/watching.ts";
import { Calm } from "./calm.ts";
import { chipsFor, keepPlaces } from "./chips.ts";

/** Least time between two changes of what is offered (ms). */
const CALM_MS = 4000;

const isSame = (a: readonly string[], b: readonly string[]) => a.join("\n") === b.join("\n");

/** A few questions to ask with one click, of what was told so far. */
export function ChipRow({
  watched: { story, talk },
  ask,
}: {
  readonly watched: Watching;
  readonly ask: (question: string) => void;
}) {
  const calm = useMemo(() => new Calm<readonly string[]>([], CALM_MS, isSame), [talk]);
  const fitting = useComputed(() => {
    const model = story.session.value?.model_info;
    const told = story.thoughts.value.map(({ text }) => text);
    const asked = talk.exchanges.value.filter(({ by }) => by !== "elsewhere").map(({ question }) => question);
    return model === undefined ? [] : chipsFor(model, told, asked);
  });
  useSignalEffect(() => calm.offer(keepPlaces(calm.shown.peek(), fitting.value)));
  useEffect(() => () => calm.stop(), [calm]);
  return (
    <ul
      class="chips"
      aria-label="Questions to ask"
      onPointerEnter={() => calm.hold(true)}
      onPointerLeave={() => calm.hold(false)}
      onFocusIn={({ target }) => calm.hold((target as Element).matches(":focus-visible"))}
      onFocusOut={() => calm.hold(false)}
      onWheel={scrollSideways}
    >
      {calm.shown.value.map((question) => (
        <li key={question}>
          <button type="button" class="question-chip" onClick={() => ask(question)}>
            {question}
          </button>
        </li>
      ))}
    </ul>
  );
}

/** A wheel that goes up and down alone moves the row, as long as there is more of it. */
function scrollSideways(event: WheelEvent): void {
  const row = event.currentTarget as HTMLElement;
  const before = row.scrollLeft;
  if (event.deltaX !== 0) return;
  row.scrollLeft += event.deltaY;
  if (row.scrollLeft !== before) event.preventDefault();
}
