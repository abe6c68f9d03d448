import type { Observable } from "rxjs";
import type { Frame } from "../../ingest/mod.ts";
import type { Problem } from "../problem.ts";
import type { Intake, Stop } from "./source.ts";

/**
 * Gives a stream each frame of an observable. The stream ends with it.
 *
 * @param problemOf what an error of the observable is told as, which fails the stream; null: it was stopped from outside
 */
export function seeFrames(
  frames$: Observable<Frame>,
  into: Intake,
  problemOf: (error: unknown) => Pick<Problem, "code" | "message"> | null,
): Stop {
  const playing = frames$.subscribe({
    next: (frame) => {
      into.arrived();
      into.see(frame);
    },
    error: (error: unknown) => {
      const problem = problemOf(error);
      if (problem === null) return into.ended("going_away");
      into.problem({ code: problem.code, message: problem.message, fatal: true });
      into.ended();
    },
    complete: () => into.ended(),
  });
  return (how) => {
    playing.unsubscribe();
    if (how === "drain") into.ended();
  };
}
