import {
  BehaviorSubject,
  combineLatest,
  concat,
  concatAll,
  concatMap,
  defer,
  EMPTY,
  filter,
  finalize,
  ignoreElements,
  merge,
  type Observable,
  Subject,
  take,
} from "rxjs";
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
 * Adds questions to a source. A question is asked between the last frame at or before its time and the next one, when
 * everything up to there has been thought about. Later frames wait for that, and until the answer has begun. So it knows
 * the same at every pace and on every machine. The questions that are left are asked when the source has ended, about the
 * whole video.
 *
 * @param ask asks a question; what it returns completes when the answer has begun or will not begin before the end
 */
export function withQuestions(
  source: Source,
  questions: readonly ScheduledQuestion[],
  ask: (text: string, when: "now" | "end") => Observable<unknown>,
): Source {
  return {
    start: (into) => {
      let waiting = questions;
      const askThose = (due: readonly ScheduledQuestion[], when: "now" | "end") => {
        waiting = waiting.filter((question) => !due.includes(question));
        return merge(...due.map(({ text }) => ask(text, when)));
      };
      const isHolding = new BehaviorSubject(false);
      /** Completes when the questions that are due have been asked: at once when there are none. */
      const askDue = (isDue: (atMs: number) => boolean) =>
        defer(() => {
          const due = waiting.filter(({ atMs }) => atMs !== null && isDue(atMs));
          if (due.length === 0) return EMPTY;
          isHolding.next(true);
          return into.caughtUp$.pipe(
            filter(Boolean),
            take(1),
            concatMap(() => askThose(due, "now")),
            finalize(() => isHolding.next(false)),
            ignoreElements(),
          );
        });
      const doing = (what: () => void) =>
        defer(() => {
          what();
          return EMPTY;
        });
      const steps = new Subject<Observable<never>>();
      const passing = steps.pipe(concatAll()).subscribe();
      const stop = source.start({
        format: into.format,
        ready$: combineLatest([into.ready$, isHolding], (isReady, isHeld) => isReady && !isHeld),
        caughtUp$: into.caughtUp$,
        arrived: () => into.arrived(),
        see: (frame) =>
          steps.next(
            concat(
              askDue((atMs) => atMs < frame.mediaTimeMs),
              doing(() => into.see(frame)),
              askDue((atMs) => atMs <= frame.mediaTimeMs),
            ),
          ),
        dropped: (frame) => into.dropped(frame),
        problem: (problem) => into.problem(problem),
        notice: (notice) => into.notice(notice),
        changed: (change) => into.changed(change),
        gap: (gap) => into.gap(gap),
        ended: (early) =>
          steps.next(
            doing(() => {
              askThose(waiting, "end");
              into.ended(early);
            }),
          ),
      });
      return (how) => {
        if (how === "now") passing.unsubscribe();
        stop(how);
      };
    },
  };
}
