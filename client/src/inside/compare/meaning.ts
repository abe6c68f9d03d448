import { duration } from "../../ui/format.ts";
import type { Outcome } from "./order-run.ts";
import type { Order } from "./orders.ts";

/** Medians of few thoughts that differ by a smaller factor are called equal. */
const SAME = 1.3;

/** Says what was measured, and no more than that. */
export function meaningOf({ streamed, interleaved, batch }: Readonly<Record<Order, Outcome>>): string {
  return [inTurn(streamed.ttftP50Ms, interleaved.ttftP50Ms), atTheEnd(batch)].filter(Boolean).join(" ");
}

function inTurn(streamed: number | null, interleaved: number | null): string {
  if (streamed === null || interleaved === null)
    return "Too little was said about this clip to compare streamed with interleaved.";
  if (interleaved > streamed * SAME)
    return `First words came ${duration(streamed)} (median) after the frame in streamed, and ${duration(interleaved)} in interleaved, which sees nothing while it thinks.`;
  if (streamed > interleaved * SAME)
    return `First words came ${duration(interleaved)} (median) after the frame in interleaved, and ${duration(streamed)} in streamed, where seeing and thinking share the processor.`;
  return `First words came about equally soon in streamed and interleaved (${duration(streamed)} and ${duration(interleaved)}, medians). These two differ when units come faster than the model is done with them.`;
}

function atTheEnd({ thoughts, thoughtsWhilePlaying, ttftP50Ms }: Outcome): string {
  if (thoughts === 0) return "Batch said nothing.";
  if (thoughtsWhilePlaying > 0) return "";
  return `Batch said nothing until the clip had ended, so its words came ${duration(ttftP50Ms)} (median) after what they are about.`;
}
