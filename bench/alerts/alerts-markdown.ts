import { momentText } from "../lib/section.ts";
import { type Table, tableMarkdown } from "../lib/table.ts";
import type { AlertsEvaluation, ScoredRule } from "./run-alerts.ts";

/** What a report of alerts was made with. */
export interface AlertsReport {
  readonly evaluation: AlertsEvaluation;
  readonly command: string;
  /** ISO 8601, UTC. */
  readonly date: string;
  /** Short id of the commit; null: it is not known. */
  readonly commit: string | null;
}

/** One row a rule. */
export function alertsTable(title: string, rules: readonly ScoredRule[]): Table {
  return {
    title,
    columns: ["when", "for", "due", "raised", "precision", "recall", "delay, median (s)", "delay, 90 % (s)"],
    rows: rules.map(({ rule: { rule }, score }) => [
      rule.when,
      rule.for ?? "",
      score.due,
      score.raised,
      score.precision,
      score.recall,
      score.delayMedianS,
      score.delayP90S,
    ]),
  };
}

/** The whole text of docs/evaluation/alerts.md. */
export function alertsMarkdown({ evaluation, command, date, commit }: AlertsReport): string {
  const { model, refused, rendered, real } = evaluation;
  const circumstances = [
    `${model} on ${rendered.clips} clips (${rendered.minutes.toFixed(0)} minutes)`,
    ...(real.clips > 0 ? [`and ${real.clips} real videos`] : []),
  ].join(" ");
  return `${[
    "# Alerts",
    `_${circumstances}, ${momentText(date)}${commit === null ? "" : `, commit ${commit}`}, \`${command}\`._`,
    ABOUT,
    `## Rendered clips\n\n${tableMarkdown(alertsTable("Rendered clips", rendered.rules))}`,
    ...(refused.length === 0 ? [] : [`This model can never say, so it refuses: ${refused.join("; ")}.`]),
    ...(real.clips === 0
      ? []
      : [`## Real videos\n\n${REAL}\n\n${tableMarkdown(alertsTable("Real videos", real.rules))}`]),
    "[How to write an alert](../alerts.md) · [All of the evaluation](README.md)",
  ].join("\n\n")}\n`;
}

const ABOUT = `[Alerts](../alerts.md) as users would write them, on held-out clips: plain ones, paraphrases, negations, and what must
hold for a while. Each clip is played through the engine with the alerts on its stream, as in the server, without cooldown.
What each rule means was written down by hand, over the labels, and not by the code that reads rules.

- **due**: how often it should have been raised. **raised**: how often it was.
- **precision**: of what was raised, how much was due within a second of it. **recall**: of what was due, how much was raised
  within a second. One alert may tell of several that happen at once. Brackets hold 95 % intervals of a bootstrap over clips. – means
  that there was nothing to count.
- **delay**: from what was due to the end of the unit in which it was told. How long the model takes after that, the
  [benchmarks](../benchmarks/README.md) say.

Rules that rest on the same clause have the same figures: their words make no difference. How good a rule is depends on how well
the model tells its verb ([by verb](events.md)).`;

const REAL = `Fixed cameras that the model has not seen, labelled by eye: a road, a street from above, people from above, hands and
bottles, and a night camera full of insects. Their labels have comings, goings, stops, and what is put down and taken.
Colours that may be either count as either.`;
