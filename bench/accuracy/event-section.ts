import type { Estimate } from "../lib/estimate.ts";
import type { HeatMap, Plot } from "../lib/plot.ts";
import type { Section } from "../lib/section.ts";
import type { Table } from "../lib/table.ts";
import { confuseColours } from "./event-scores.ts";
import type { ScoredClip } from "./scored-clip.ts";
import type { Scores, VerbRow } from "./scores.ts";

/** Width of a bar of the timing histogram (s). */
const BIN_S = 0.1;

/** How much of what happened was told. */
export function eventSection(clips: readonly ScoredClip[], scores: Scores): Section {
  const { events } = scores;
  return {
    name: "events",
    title: "Events",
    about: [
      "A clause counts as right when an event of the same verb and place happened within a second of the moment",
      "at which the clause is said. Each event and each clause is matched once, the nearest first. _As dated_",
      "scores by the middle of the clause's unit instead, which is also the date that the time error is about.",
      "_With colours_, the colour of the mover must be right too, and that of the second mover if there is one. A",
      "**false positive in quiet time** is a unit in which something was said, more than a second away from every",
      "event. The _baseline_ says the commonest clause (in the table of verbs, that verb's) at random moments, as",
      "often as events happen. Saying nothing at all scores an F1 of 0.",
    ].join(" "),
    tables: [overall(scores), verbTable(scores.verbs)],
    plots: [verbPlot(scores.verbs), colourPlot(clips), timingPlot(clips)],
    notes:
      events.noClause === 0
        ? []
        : [
            `${events.noClause} of ${events.said} clauses said are not in the grammar; they count as false positives.`,
          ],
  };
}

function overall({ events, guesses }: Scores): Table {
  const row = (name: string, measured: Estimate, chance: Estimate) => [name, measured, chance.value];
  return {
    title: "All events",
    columns: ["", "measured (95 %)", "baseline"],
    rows: [
      row("F1, verb and place", events.told.f1, guesses.told.f1),
      row("precision", events.told.precision, guesses.told.precision),
      row("recall", events.told.recall, guesses.told.recall),
      row("F1, with colours", events.inColour.f1, guesses.inColour.f1),
      row("precision, with colours", events.inColour.precision, guesses.inColour.precision),
      row("recall, with colours", events.inColour.recall, guesses.inColour.recall),
      row("F1 as dated, verb and place", events.dated.f1, guesses.dated.f1),
      row("F1 as dated, with colours", events.datedInColour.f1, guesses.datedInColour.f1),
      row("time error, median (s)", events.timing.median, guesses.timing.median),
      row("time error, 90 % within (s)", events.timing.p90, guesses.timing.p90),
      row("told after the event, median (s)", events.delay.median, guesses.delay.median),
      row("told after the event, 90 % within (s)", events.delay.p90, guesses.delay.p90),
      row("false positives in a quiet minute", events.falsePerQuietMinute, guesses.falsePerQuietMinute),
      ["events", events.happened, "–"],
      ["clauses said", events.said, "–"],
      ["quiet minutes", events.quietMinutes, "–"],
    ],
  };
}

function verbTable(verbs: readonly VerbRow[]): Table {
  return {
    title: "By verb",
    columns: [
      "verb",
      "happened",
      "said",
      "F1 (95 %)",
      "baseline",
      "precision",
      "recall",
      "F1 with colours (95 %)",
      "baseline",
    ],
    rows: verbs.map(({ verb, happened, said, told, inColour, guessF1, guessF1InColour }) => [
      verb,
      happened,
      said,
      told.f1,
      guessF1,
      told.precision,
      told.recall,
      inColour.f1,
      guessF1InColour,
    ]),
  };
}

function verbPlot(verbs: readonly VerbRow[]): Plot {
  const shown = verbs.filter(({ happened }) => happened > 0);
  return {
    name: "f1-by-verb",
    title: "F1 by verb, with 95 % intervals",
    kind: "bar",
    x: { title: "verb" },
    y: { title: "F1", min: 0, max: 1 },
    categories: shown.map(({ verb }) => verb),
    series: [
      { name: "verb and place", points: shown.map(({ told }, i) => [i, told.f1]) },
      { name: "with colours", points: shown.map(({ inColour }, i) => [i, inColour.f1]) },
      { name: "baseline", points: shown.map(({ guessF1 }, i) => [i, guessF1]) },
    ],
  };
}

function colourPlot(clips: readonly ScoredClip[]): HeatMap {
  const { colours, cells } = confuseColours(clips);
  return {
    name: "colours",
    title: "Colours of found events",
    kind: "heat",
    x: { title: "said", categories: colours },
    y: { title: "true", categories: colours },
    cells,
  };
}

function timingPlot(clips: readonly ScoredClip[]): Plot {
  const errors = clips.flatMap(({ matches }) => matches.map(({ said, happened }) => said.atS - happened.atS));
  const bins = Array.from({ length: Math.round(2 / BIN_S) }, (_, i) => -1 + i * BIN_S);
  const last = bins.length - 1;
  const count = new Array<number>(bins.length).fill(0);
  for (const error of errors)
    count[Math.min(last, Math.max(0, Math.floor((error + 1 + 1e-9) / BIN_S)))]! += 1;
  return {
    name: "timing",
    title: "When found events were told",
    kind: "bar",
    x: { title: "s after the event (from)" },
    y: { title: "events", min: 0 },
    categories: bins.map((from) => from.toFixed(1)),
    series: [{ name: "events", points: count.map((events, i) => [i, events]) }],
  };
}
