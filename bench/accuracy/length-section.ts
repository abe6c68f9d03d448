import type { LabelledClip } from "../lib/labelled-clips.ts";
import type { Section } from "../lib/section.ts";
import type { Cell, Table } from "../lib/table.ts";
import { rightWithin } from "./answer-section.ts";
import { f1Within, scoreEvents } from "./event-scores.ts";
import type { ScoredClip } from "./scored-clip.ts";
import { type ScoreOptions, scoreAll } from "./scores.ts";

/** A clip has a length when it is no further from it than this share. */
const LENGTH_TOLERANCE = 0.1;

/** Clips so long (s) are looked at for what becomes of accuracy in their course. */
const LONG_S = 600;

/** All clips, told with one position scheme. */
export interface SchemeRun {
  readonly scheme: string;
  readonly trained: boolean;
  readonly clips: readonly ScoredClip[];
}

/** Whether a clip counts as one of so many minutes. */
export function isOfLength({ seconds }: Pick<LabelledClip, "seconds">, minutes: number): boolean {
  return Math.abs(seconds / 60 - minutes) <= LENGTH_TOLERANCE * minutes;
}

/** The lengths (minutes) that clips have; nearly the same ones are one. */
export function lengthsOf(clips: readonly Pick<LabelledClip, "seconds">[]): number[] {
  const lengths: number[] = [];
  for (const { seconds } of [...clips].sort((a, b) => a.seconds - b.seconds))
    if (!lengths.some((minutes) => isOfLength({ seconds }, minutes))) lengths.push(seconds / 60);
  return lengths;
}

/** Accuracy by how long a clip is and by how positions are given, and in the course of long ones. */
export function lengthSection(
  runs: readonly SchemeRun[],
  asked: readonly number[],
  options: ScoreOptions,
): Section {
  const all = runs[0]!.clips;
  const has = (minutes: number) => all.some(({ clip }) => isOfLength(clip, minutes));
  const lengths = (asked.length > 0 ? asked : lengthsOf(all.map(({ clip }) => clip))).filter(has);
  const missing = asked.filter((minutes) => !has(minutes));
  const course = courseTable(runs);
  return {
    name: "lengths",
    title: "Length and positions",
    about: [
      "Accuracy by the length of the clips, and by the scheme that gives positions to keys. The model was trained",
      "with one of the schemes and on clips of one length. The other rows show how well it generalises. Where a",
      "clip repeats one minute, every minute but the first begins with a cut, so compare the last minute with the",
      "second.",
    ].join(" "),
    tables: [lengthTable(runs, lengths, options), ...(course === null ? [] : [course])],
    plots: [],
    notes: [
      ...missing.map(
        (minutes) =>
          `The folder has no labelled clip of ${minutes} minutes, so this length was not measured.`,
      ),
      ...(course === null
        ? ["No clip is ten minutes long, so the first and last minute were not compared."]
        : []),
    ],
  };
}

function lengthTable(runs: readonly SchemeRun[], lengths: readonly number[], options: ScoreOptions): Table {
  return {
    title: "By length and position scheme",
    columns: [
      "length (minutes)",
      "positions",
      "clips",
      "event F1 (95 %)",
      "answers right (95 %)",
      "beyond the visual window (95 %)",
    ],
    rows: lengths.flatMap((minutes) =>
      runs.map(({ scheme, trained, clips }): Cell[] => {
        const some = clips.filter(({ clip }) => isOfLength(clip, minutes));
        const { answers } = scoreAll(some, options);
        return [
          minutes,
          trained ? `${scheme} (trained)` : scheme,
          some.length,
          scoreEvents(some).told.f1,
          answers.all.right,
          answers.beyondWindow.right,
        ];
      }),
    ),
  };
}

function courseTable(runs: readonly SchemeRun[]): Table | null {
  const long = ({ clip }: ScoredClip) => clip.seconds >= LONG_S;
  if (!runs[0]!.clips.some(long)) return null;
  const first = (): [number, number] => [0, 60];
  const second = (): [number, number] => [60, 120];
  const last = ({ clip }: ScoredClip): [number, number] => [clip.seconds - 60, Number.POSITIVE_INFINITY];
  return {
    title: "First, second and last minute of clips of ten minutes and more",
    columns: [
      "positions",
      "clips",
      "event F1: first minute",
      "second minute",
      "last minute",
      "answers right: first",
      "last",
    ],
    rows: runs.map(({ scheme, clips }): Cell[] => {
      const some = clips.filter(long);
      return [
        scheme,
        some.length,
        f1Within(some, first),
        f1Within(some, second),
        f1Within(some, last),
        rightWithin(some, first),
        rightWithin(some, last),
      ];
    }),
  };
}
