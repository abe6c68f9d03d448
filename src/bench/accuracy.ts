import type { LabelledClip } from "./labelled-clips.ts";

/** What was said of a clip. */
export interface Narration {
  readonly thoughts: readonly { readonly atS: number; readonly text: string }[];
  /** In the order of the clip's questions. */
  readonly answers: readonly string[];
}

export interface Accuracy {
  /** Of clauses by verb and place, said within a second of the event. */
  readonly eventF1: number;
  readonly precision: number;
  readonly recall: number;
  readonly answersRight: number;
  readonly events: number;
  readonly questions: number;
}

const TOLERANCE_S = 1;
const CLAUSE = /\ban? \w+ \w+ (?:(enters) from the (\w+)|(leaves) at the (\w+)|(moves) (\w+)|(stops))/g;

interface Claim {
  readonly atS: number;
  readonly what: string;
}

/** Verb and place of every clause of a thought. */
export function clauses(atS: number, text: string): Claim[] {
  return [...text.matchAll(CLAUSE)].map(([, ...parts]) => {
    const [verb, place] = parts.filter((part) => part !== undefined);
    return { atS, what: `${verb} ${place ?? ""}` };
  });
}

/** Pairs each event with the nearest unused claim of the same within the tolerance; returns how many found one. */
function matches(events: readonly Claim[], claims: readonly Claim[]): number {
  const unused = new Set(claims);
  let found = 0;
  for (const event of events) {
    const near = [...unused]
      .filter(({ what, atS }) => what === event.what && Math.abs(atS - event.atS) <= TOLERANCE_S)
      .sort((a, b) => Math.abs(a.atS - event.atS) - Math.abs(b.atS - event.atS));
    if (near[0] === undefined) continue;
    unused.delete(near[0]);
    found++;
  }
  return found;
}

/** How much of what happened was said in time, and how many questions were answered right, over some clips. */
export function accuracy(clips: readonly LabelledClip[], said: readonly Narration[]): Accuracy {
  let [found, claimed, happened, right, asked] = [0, 0, 0, 0, 0];
  clips.forEach((clip, i) => {
    const claims = said[i]!.thoughts.flatMap(({ atS, text }) => clauses(atS, text));
    const events = clip.events.map(({ t, verb, place }) => ({ atS: t, what: `${verb} ${place ?? ""}` }));
    found += matches(events, claims);
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
