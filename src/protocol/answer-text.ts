import type { z } from "zod";
import type { outputTextDone } from "./response-events.ts";

type Said = Pick<z.infer<typeof outputTextDone>, "text" | "at_least">;

/**
 * An answer as people read it. The event's own text stays the bare number.
 *
 * @example answerText({ text: "4", at_least: true }) // "at least 4"
 */
export function answerText({ text, at_least }: Said): string {
  return at_least ? `at least ${text}` : text;
}

const WHY = {
  frames_dropped: "some pictures were not looked at",
  gap: "for a time nothing was seen",
  unfamiliar: "for a time the scene was unfamiliar",
  covered: "the camera was covered",
  crowd: "there were too many to tell apart",
} as const satisfies Record<z.infer<typeof outputTextDone>["at_least_because"][number], string>;

/**
 * Says to people why there may have been more; null when nobody is known to have been missed.
 *
 * @example atLeastText({ at_least_because: ["gap"] }) // "There may have been more: for a time nothing was seen."
 */
export function atLeastText({
  at_least_because: because,
}: Pick<z.infer<typeof outputTextDone>, "at_least_because">): string | null {
  if (because.length === 0) return null;
  const reasons = because.map((reason) => WHY[reason]);
  const last = reasons.at(-1)!;
  const list = reasons.length === 1 ? last : `${reasons.slice(0, -1).join(", ")} and ${last}`;
  return `There may have been more: ${list}.`;
}
