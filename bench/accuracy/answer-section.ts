import { type Estimate, estimate } from "../lib/estimate.ts";
import type { Plot } from "../lib/plot.ts";
import type { Section } from "../lib/section.ts";
import type { Table } from "../lib/table.ts";
import {
  type Answered,
  type AnswerScores,
  answered,
  isUnanswerable,
  majority,
  scoreAnswers,
} from "./answer-scores.ts";
import type { ScoredClip } from "./scored-clip.ts";
import type { ScoreOptions, Scores } from "./scores.ts";

/** How many questions were answered right. */
export function answerSection(
  clips: readonly ScoredClip[],
  { answers }: Scores,
  { windowSeconds }: ScoreOptions,
): Section {
  const { all, cannotTell, families, kinds, durations, beyondWindow } = answers;
  const aged = answered(clips).filter(
    ({ question }) => (question.oldestS ?? null) !== null && !isUnanswerable(question),
  );
  return {
    name: "answers",
    title: "Answers",
    about: [
      "Each question is asked at its moment, once the unit of that moment has been thought about. An answer is",
      "right if it matches word for word, a duration if it is within a second of the true one. The **baseline**",
      "always guesses the commonest true answer to that kind of question (for durations, the best single",
      "duration). Unanswerable questions are counted apart. A question that is too long for the model goes",
      `unanswered and counts as wrong. The visual window is ${windowSeconds} s long.`,
    ].join(" "),
    tables: [
      answerTable("All questions", [all, durations, beyondWindow, cannotTell]),
      answerTable("By family", families),
      answerTable("By kind", kinds),
    ].filter(({ rows }) => rows.length > 0),
    plots: [...familyPlot(families), ...agePlot(aged, clips.length, windowSeconds)],
    notes: [
      ...(durations.asked === 0
        ? ["No label gives a true number of seconds, so durations were not measured."]
        : []),
      ...(aged.length === 0
        ? [
            "No label gives the age of the oldest event that an answer depends on, so accuracy by age was not measured.",
          ]
        : []),
    ],
  };
}

function answerTable(title: string, scores: readonly AnswerScores[]): Table {
  return {
    title,
    columns: ["", "asked", "right (95 %)", "baseline", "answered “cannot tell”"],
    rows: scores
      .filter(({ asked }) => asked > 0)
      .map(({ name, asked, right, majority, cannotTell }) => [name, asked, right, majority, cannotTell]),
  };
}

function familyPlot(families: readonly AnswerScores[]): Plot[] {
  if (families.length === 0) return [];
  return [
    {
      name: "by-family",
      title: "Right answers by family, with 95 % intervals",
      kind: "bar",
      x: { title: "family" },
      y: { title: "share", min: 0, max: 1 },
      categories: families.map(({ name }) => name),
      series: [
        { name: "right", points: families.map(({ right }, i) => [i, right]) },
        { name: "baseline", points: families.map((one, i) => [i, one.majority]) },
      ],
    },
  ];
}

/** By powers of two of the age, each point at its bin's middle on the logarithmic axis. */
function agePlot(aged: readonly Answered[], clips: number, windowSeconds: number): Plot[] {
  if (aged.length === 0) return [];
  const bins = new Map<number, Answered[]>();
  for (const one of aged) {
    const from = 2 ** Math.max(0, Math.floor(Math.log2(one.question.oldestS!)));
    bins.set(from, [...(bins.get(from) ?? []), one]);
  }
  const points = [...bins]
    .sort(([a], [b]) => a - b)
    .map(([from, some]) => [from * Math.SQRT2, some] as const);
  return [
    {
      name: "by-age",
      title: "Right answers by the age of the oldest event they depend on",
      kind: "line",
      x: { title: "age (s)", log: 2 },
      y: { title: "share", min: 0, max: 1 },
      series: [
        { name: "right", points: points.map(([x, some]) => [x, scoreAnswers("", some, clips).right]) },
        { name: "baseline", points: points.map(([x, some]) => [x, majority(some)]) },
      ],
      marks: [{ axis: "x", at: windowSeconds, text: "visual window" }],
    },
  ];
}

/** Share of right answers among the questions of a time (s). */
export function rightWithin(
  clips: readonly ScoredClip[],
  from: (clip: ScoredClip) => [number, number],
): Estimate {
  const some = answered(clips).filter(({ clip, question }) => {
    const [start, end] = from(clips[clip]!);
    return question.t >= start && question.t < end && !isUnanswerable(question);
  });
  if (some.length === 0) return estimate(0, () => Number.NaN);
  return scoreAnswers("", some, clips.length).right;
}
