import { sayClause } from "../../../src/alerts/mod.ts";
import { type ScoredClip, scoreClip } from "../../accuracy/scored-clip.ts";
import type { LabelledClip, LabelledEvent, LabelledQuestion } from "../../lib/labelled-clips.ts";
import type { Narration } from "../../lib/narrate-clip.ts";

export const UNIT_S = 0.5;

export function event(
  t: number,
  verb: string,
  place: string | null = null,
  colour: string | null = "red",
): LabelledEvent {
  return { t, verb, place, colour, kind: "car" };
}

export function question(answer: string, more: Partial<LabelledQuestion> = {}): LabelledQuestion {
  return { t: 1, kind: "any", ask: "?", answer, ...more };
}

export function clip(given: Partial<LabelledClip>): LabelledClip {
  return { path: "", video: "", seconds: 10, events: [], questions: [], ...given };
}

/** A thought for every unit of a clip, most of them empty. */
export function narration(
  seconds: number,
  said: Readonly<Record<number, string>>,
  answers: readonly string[] = [],
): Narration {
  const thoughts = Array.from({ length: seconds / UNIT_S }, (_, unit) => {
    const atS = (unit + 1) * UNIT_S;
    return { sinceS: atS - UNIT_S, atS, text: said[atS] ?? "" };
  });
  return { thoughts, answers };
}

/** Says what happens, at the end of its unit and so many seconds later. */
export function truthTold(of: LabelledClip, lateS = 0): Narration {
  const said: Record<number, string> = {};
  for (const one of of.events) {
    const atS = Math.ceil((one.t + lateS) / UNIT_S) * UNIT_S;
    const text = sayClause({ ...one, other: one.other ?? null });
    said[atS] = said[atS] === undefined ? text : `${said[atS]} , ${text}`;
  }
  return narration(
    of.seconds,
    said,
    of.questions.map(({ answer }) => answer),
  );
}

export const scored = (of: LabelledClip, said: Narration): ScoredClip => scoreClip(of, said, UNIT_S);
