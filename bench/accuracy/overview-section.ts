import type { Section } from "../lib/section.ts";
import type { Cell, Table } from "../lib/table.ts";
import { answered, isUnanswerable, scoreAnswers } from "./answer-scores.ts";
import { scoreEvents } from "./event-scores.ts";
import type { ScoredClip } from "./scored-clip.ts";
import { type Headline, headlines, type ScoreOptions, type Scores, scoreAll } from "./scores.ts";
import { isReached, TARGETS, targetName, targetText } from "./targets.ts";

/** What an evaluation comes to. */
export function overviewSection(
  clips: readonly ScoredClip[],
  scores: Scores,
  options: ScoreOptions,
): Section {
  const splits = splitTable(clips, options);
  return {
    name: "overview",
    title: "Overview",
    about: [
      `${scores.clips} held-out clips, ${Math.round(scores.seconds / 60)} minutes in all, played through the`,
      "engine with the settings of the service. Brackets hold 95 % confidence intervals (bootstrap over clips).",
      "The **baseline** does not look at the video: it says the commonest clause at random moments, as often as",
      "events happen, and always guesses the commonest answer to a kind of question. A target is met if the",
      "figure reaches it, whatever its interval.",
    ].join(" "),
    tables: [headlineTable(headlines(scores)), ...(splits === null ? [] : [splits]), ...themeTable(clips)],
    plots: [],
    notes: [],
  };
}

/** Every measure that has a target: what came of it, what would without looking, and whether that is enough. */
export function headlineTable(measures: readonly Headline[]): Table {
  return {
    title: "Targets",
    columns: ["", "measured (95 %)", "baseline", "target", ""],
    rows: measures.map(({ key, measured, baseline }) => {
      const target = TARGETS[key];
      return [
        targetName(target),
        measured,
        baseline,
        targetText(target),
        verdict(isReached(target, measured.value)),
      ];
    }),
  };
}

function verdict(reached: boolean | null): string {
  if (reached === null) return "not measured";
  return reached ? "met" : "**not met**";
}

/** The same measures for each split of the clips; null where there are not two splits. */
function splitTable(clips: readonly ScoredClip[], options: ScoreOptions): Table | null {
  const splits = [
    ...new Set(clips.map(({ clip }) => clip.split).filter((split) => split !== undefined)),
  ].sort();
  if (splits.length < 2) return null;
  const measured = splits.map((split) =>
    scoreAll(
      clips.filter(({ clip }) => clip.split === split),
      options,
    ),
  );
  return comparison(
    "By split",
    splits.map((split) => (split === "seeds" ? "new seeds" : "new combinations")),
    measured,
  );
}

/** Headline measures of several scores beside each other. */
export function comparison(title: string, names: readonly string[], scores: readonly Scores[]): Table {
  const columns = scores.map(headlines);
  const rows: Cell[][] = columns[0]!
    .map(({ key }, i) => [targetName(TARGETS[key]), ...columns.map((column) => column[i]!.measured)])
    .filter((row) =>
      row
        .slice(1)
        .some((cell) => typeof cell === "object" && !Number.isNaN((cell as { value: number }).value)),
    );
  const extra: Cell[][] = [
    ["all questions", ...scores.map(({ answers }) => answers.all.right)],
    ["clips", ...scores.map(({ clips }) => clips)],
  ];
  return { title, columns: ["", ...names], rows: [...rows, ...extra] };
}

/** By the theme that a clip's label names; nothing where all have the same. */
function themeTable(clips: readonly ScoredClip[]): Table[] {
  const themes = [
    ...new Set(clips.flatMap(({ clip: { theme } }) => (theme === undefined ? [] : [theme]))),
  ].sort();
  if (themes.length < 2) return [];
  const rows = themes.map((theme): Cell[] => {
    const some = clips.filter(({ clip }) => clip.theme === theme);
    const all = answered(some).filter(({ question }) => !isUnanswerable(question));
    const named = all.filter(({ family }) => family === "theme");
    return [
      theme,
      some.length,
      scoreAnswers(theme, named, some.length).right,
      scoreAnswers(theme, all, some.length).right,
      scoreEvents(some).told.f1,
    ];
  });
  const columns = ["theme", "clips", "theme right (95 %)", "all answers right (95 %)", "event F1 (95 %)"];
  return [{ title: "By theme", columns, rows }];
}
