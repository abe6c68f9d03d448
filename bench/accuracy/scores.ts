import type { Estimate } from "../lib/estimate.ts";
import type { QuestionFamily } from "../lib/labelled-clips.ts";
import { type Answered, type AnswerScores, answered, isUnanswerable, scoreAnswers } from "./answer-scores.ts";
import { type EventScores, scoreEvents, scoreVerbs, type VerbScores } from "./event-scores.ts";
import { guessEvents } from "./guesses.ts";
import type { ScoredClip } from "./scored-clip.ts";
import type { MeasureKey } from "./targets.ts";

/** A verb's scores beside those of its commonest clause said at random moments. */
export interface VerbRow extends VerbScores {
  readonly guessF1: number;
  readonly guessF1InColour: number;
}

/** Everything that is measured of some clips. */
export interface Scores {
  readonly clips: number;
  readonly seconds: number;
  readonly events: EventScores;
  /** Who says the commonest clause at random moments. */
  readonly guesses: EventScores;
  readonly verbs: readonly VerbRow[];
  readonly answers: {
    /** Without those that cannot be told. */
    readonly all: AnswerScores;
    readonly cannotTell: AnswerScores;
    readonly families: readonly AnswerScores[];
    readonly kinds: readonly AnswerScores[];
    readonly durations: AnswerScores;
    readonly beyondWindow: AnswerScores;
  };
}

/** What clips are scored by. */
export interface ScoreOptions {
  /** From one thought to the next (s). */
  readonly unitSeconds: number;
  /** How long a unit stays in the visual window (s). */
  readonly windowSeconds: number;
}

export function scoreAll(clips: readonly ScoredClip[], options: ScoreOptions): Scores {
  const { unitSeconds } = options;
  const labelled = clips.map(({ clip }) => clip);
  const guessed = (of: (event: { readonly verb: string }) => boolean) =>
    guessEvents(
      labelled.map((clip) => ({ ...clip, events: clip.events.filter(of) })),
      unitSeconds,
    );
  return {
    clips: clips.length,
    seconds: labelled.reduce((sum, { seconds }) => sum + seconds, 0),
    events: scoreEvents(clips),
    guesses: scoreEvents(guessEvents(labelled, unitSeconds), 0),
    verbs: scoreVerbs(clips).map((scores) => {
      const guess = scoreEvents(
        guessed(({ verb }) => verb === scores.verb),
        0,
      );
      return { ...scores, guessF1: guess.told.f1.value, guessF1InColour: guess.inColour.f1.value };
    }),
    answers: answersOf(clips, options),
  };
}

function answersOf(clips: readonly ScoredClip[], { windowSeconds }: ScoreOptions): Scores["answers"] {
  const all = answered(clips);
  const tellable = all.filter(({ question }) => !isUnanswerable(question));
  const rows = (name: string, of: (one: Answered) => boolean) =>
    scoreAnswers(name, tellable.filter(of), clips.length);
  const names = (of: (one: Answered) => string) => [...new Set(tellable.map(of))].sort();
  return {
    all: rows("all questions", () => true),
    cannotTell: scoreAnswers(
      "unanswerable questions",
      all.filter(({ question }) => isUnanswerable(question)),
      clips.length,
    ),
    families: names(({ family }) => family).map((name) => rows(name, ({ family }) => family === name)),
    kinds: names(({ question }) => question.kind).map((name) =>
      rows(name, ({ question }) => question.kind === name),
    ),
    durations: rows("durations", ({ question }) => (question.seconds ?? null) !== null),
    beyondWindow: rows(
      "beyond the visual window",
      ({ question }) => (question.oldestS ?? Number.NEGATIVE_INFINITY) > windowSeconds,
    ),
  };
}

/** A measure that has a target, and what would be reached without looking. */
export interface Headline {
  readonly key: MeasureKey;
  readonly measured: Estimate;
  readonly baseline: number;
}

export function headlines({ events, guesses, answers }: Scores): Headline[] {
  const event = (key: MeasureKey, of: (scores: EventScores) => Estimate): Headline => ({
    key,
    measured: of(events),
    baseline: of(guesses).value,
  });
  const answer = (key: MeasureKey, scores: AnswerScores | undefined): Headline => ({
    key,
    measured: scores?.right ?? { value: Number.NaN, low: Number.NaN, high: Number.NaN },
    baseline: scores?.majority ?? Number.NaN,
  });
  const family = (name: QuestionFamily) => answers.families.find((one) => one.name === name);
  return [
    event("eventF1", ({ told }) => told.f1),
    event("eventF1InColour", ({ inColour }) => inColour.f1),
    event("timingMedian", ({ timing }) => timing.median),
    event("timingP90", ({ timing }) => timing.p90),
    event("falseThoughts", ({ falsePerQuietMinute }) => falsePerQuietMinute),
    answer("theme", family("theme")),
    answer("dynamics", family("dynamics")),
    answer("causal", family("causal")),
    answer("counting", family("counting")),
    answer("durations", answers.durations),
    answer("beyondWindow", answers.beyondWindow),
  ];
}
