import "./state-word.css";
import { timeOfDay } from "../ui/clock.ts";
import type { StreamStateShown } from "./stream-state.ts";

/** How a stream is, in a word, and since when if it is in trouble. */
export function StateWord({
  state,
  sinceMs = null,
}: {
  readonly state: StreamStateShown;
  /** ms since 1970; null: it is not in trouble, or nobody knows. */
  readonly sinceMs?: number | null;
}) {
  return (
    <p class="stream-state dot" data-tone={state.tone}>
      {state.word}
      {sinceMs !== null && <span class="number"> since {timeOfDay(sinceMs)}</span>}
    </p>
  );
}
