import { type Clause, parseClauses } from "../../src/alerts/mod.ts";
import { happenings, type LabelledClip } from "../lib/labelled-clips.ts";
import { matchClaims } from "../lib/match-claims.ts";
import type { Narration } from "../lib/narrate-clip.ts";

export interface Accuracy {
  /** Of clauses by verb and place, said within a second of the event. */
  readonly eventF1: number;
  readonly precision: number;
  readonly recall: number;
  readonly answersRight: number;
  readonly events: number;
  readonly questions: number;
}

const same = (a: Pick<Clause, "verb" | "place">, b: Pick<Clause, "verb" | "place">) =>
  a.verb === b.verb && a.place === b.place;

/** How much of what happened was said in time, and how many questions were answered right, over some clips. */
export function accuracy(clips: readonly LabelledClip[], said: readonly Narration[]): Accuracy {
  let [found, claimed, happened, right, asked] = [0, 0, 0, 0, 0];
  clips.forEach((clip, i) => {
    const claims = said[i]!.thoughts.flatMap(({ atS, text }) =>
      parseClauses(text).map((clause) => ({ atS, ...clause })),
    );
    const events = happenings(clip);
    found += matchClaims(claims, events, same).length;
    claimed += claims.length;
    happened += events.length;
    right += clip.questions.filter(({ answer }, q) => said[i]!.answers[q] === answer).length;
    asked += clip.questions.length;
  });
  const precision = found / Math.max(1, claimed);
  const recall = found / Math.max(1, happened);
  return {
    eventF1: (2 * precision * recall) / Math.max(1e-9, precision + recall),
    precision,
    recall,
    answersRight: right / Math.max(1, asked),
    events: happened,
    questions: asked,
  };
}
