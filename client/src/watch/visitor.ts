import { signal } from "@preact/signals";

/** Whether the visitor has done anything on this page: then it is theirs, and does nothing by itself. */
export const hasActed = signal(false);

const ACTS = ["pointerdown", "keydown", "wheel", "touchmove", "scroll"];

const hear = ({ type, target }: Event) => {
  // The time line scrolls by itself; the page does not.
  if (type === "scroll" && target !== document) return;
  hasActed.value = true;
  for (const name of ACTS) removeEventListener(name, hear, { capture: true });
};
for (const name of ACTS) addEventListener(name, hear, { capture: true, passive: true });
