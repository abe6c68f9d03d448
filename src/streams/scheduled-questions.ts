import type { Source } from "./sources/source.ts";

/** A question that is asked when the video reaches a time, or when it has ended. */
export interface ScheduledQuestion {
  readonly text: string;
  /** When to ask it, in media time (ms); null: at the end. */
  readonly atMs: number | null;
}

const AT = /^(?<text>.*\S)\s*@\s*(?:(?<minutes>\d+):)?(?<seconds>\d+(?:\.\d+)?)\s*s?\s*$/;

/**
 * Reads a question that may end with `@` and a time: seconds, or minutes and seconds.
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

/**
 * Adds questions to a source. Each question is asked when the first frame at or after its time has been seen. The
 * questions that are left are asked when the source has ended, about the whole video.
 */
export function withQuestions(
  source: Source,
  questions: readonly ScheduledQuestion[],
  ask: (text: string, when: "now" | "end") => void,
): Source {
  let waiting = questions;
  const askThose = (isDue: (question: ScheduledQuestion) => boolean, when: "now" | "end") => {
    const due = waiting.filter(isDue);
    if (due.length === 0) return;
    waiting = waiting.filter((question) => !due.includes(question));
    for (const { text } of due) ask(text, when);
  };
  return {
    start: (into) =>
      source.start({
        format: into.format,
        ready$: into.ready$,
        arrived: () => into.arrived(),
        see: (frame) => {
          into.see(frame);
          askThose(({ atMs }) => atMs !== null && atMs <= frame.mediaTimeMs, "now");
        },
        dropped: (frame) => into.dropped(frame),
        problem: (problem) => into.problem(problem),
        notice: (notice) => into.notice(notice),
        ended: (early) => {
          askThose(() => true, "end");
          into.ended(early);
        },
      }),
  };
}
