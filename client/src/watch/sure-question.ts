import { partsOf } from "../story/running-number.ts";
import type { Thought } from "../story/thought.ts";

/** Kinds whose colour the bundled narrator is sure of, because it tells it whenever one comes. */
const COLOURED = ["car", "person"];

/**
 * A question whose answer follows from what was told last; null: nothing was told that one could be sure of.
 *
 * @example sureQuestion(thoughts) // "What colour was the last car?"
 */
export function sureQuestion(thoughts: readonly Thought[]): string | null {
  const last = thoughts.at(-1);
  if (last === undefined || !last.isDone || last.unfamiliar) return null;
  const [part, ...more] = partsOf(last.text);
  const kind = part?.number?.kind;
  // With two in one thought, "the last" could be either.
  if (kind !== undefined && more.length === 0 && COLOURED.includes(kind))
    return `What colour was the last ${kind}?`;
  return "What happened last?";
}
