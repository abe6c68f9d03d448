/** A question of a replay: asked when the video gets to a moment, or at its end. */
export interface ScheduledQuestion {
  readonly text: string;
  /** Media time (ms); null: at the end. */
  readonly atMs: number | null;
}

const AT = /^(?<text>.*\S)\s*@\s*(?:(?<minutes>\d+):)?(?<seconds>\d+(?:\.\d+)?)\s*s?\s*$/;

/**
 * Reads a question with an optional time behind an `@`: seconds, or minutes and seconds.
 *
 * @example
 * ```ts
 * parseScheduledQuestion("How many cars passed?"); // at the end
 * parseScheduledQuestion("What happened last? @20s"); // at 20 s
 * parseScheduledQuestion("Is anything moving? @1:05"); // at 65 s
 * ```
 */
export function parseScheduledQuestion(input: string): ScheduledQuestion {
  const found = AT.exec(input)?.groups;
  if (found === undefined) return { text: input.trim(), atMs: null };
  const seconds = Number(found.minutes ?? 0) * 60 + Number(found.seconds);
  return { text: found.text!, atMs: seconds * 1000 };
}
