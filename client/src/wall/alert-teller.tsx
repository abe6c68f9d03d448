import { useRef } from "preact/hooks";
import type { Card } from "./card.ts";

/** At most so often something is told to screen readers (ms). */
const PAUSE_MS = 5000;

/** Tells screen readers of new alerts, which may come many at a time: the newest is told, and how many others there are. */
export function AlertTeller({ cards }: { readonly cards: readonly Card[] }) {
  const told = useRef({ text: "", key: "", atMs: Number.NEGATIVE_INFINITY });
  const raised = cards.filter(({ alert }) => alert !== null);
  const newest = raised.reduce<Card | null>(
    (best, card) => (best === null || card.alert!.atMs > best.alert!.atMs ? card : best),
    null,
  );
  const key = newest === null ? "" : `${newest.id} ${newest.alert!.atMs}`;
  if (newest !== null && key !== told.current.key && performance.now() - told.current.atMs > PAUSE_MS) {
    const others = raised.length - 1;
    const text = `Alert of ${newest.id}: ${newest.alert!.text}${others > 0 ? `, and ${others} others` : ""}`;
    told.current = { text, key, atMs: performance.now() };
  }
  return (
    <p class="unseen" role="status">
      {told.current.text}
    </p>
  );
}
