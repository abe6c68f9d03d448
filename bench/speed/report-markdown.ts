import type { MachineFacts } from "../lib/machine.ts";
import { numberText } from "../lib/number-text.ts";
import { tableMarkdown } from "../lib/table.ts";
import type { Circumstances, Result } from "./result.ts";

/** Share of a machine that others may use before figures are called disturbed. */
const QUIET_CORES = 0.05;

/** File of a plot, beside the markdown. */
export function plotFile(result: Pick<Result, "name">, plot: { readonly name: string }): string {
  return `${result.name}-${plot.name}.svg`;
}

/** One experiment's page, or its section of the index. */
export function resultMarkdown(result: Result, level: 1 | 2): string {
  const heading = "#".repeat(level);
  return [
    `${heading} ${result.title}`,
    result.about,
    `_Measured ${day(result.measured)} in ${Math.round(result.seconds)} s with ${result.measured.model} on ${machineLine(result.measured.machine)}. Other processes kept ${numberText(result.otherCores)} cores busy meanwhile._`,
    ...(result.otherCores > QUIET_CORES * result.measured.machine.cores
      ? [
          "**The machine was not quiet: its other work has disturbed these figures.** Run it again on an idle machine.",
        ]
      : []),
    ...result.tables.map((table) => `${heading}# ${table.title}\n\n${tableMarkdown(table)}`),
    ...result.plots.map((plot) => `![${plot.title}](${plotFile(result, plot)})`),
    ...(result.notes.length === 0
      ? []
      : [`${heading}# Notes\n\n${result.notes.map((note) => `- ${note}`).join("\n")}`]),
    `Raw figures: [${result.name}.json](${result.name}.json)`,
  ].join("\n\n");
}

/**
 * The index: what was measured on, then every experiment there is a result of.
 *
 * @param last circumstances of the last run
 * @param unreadable names of experiments whose files are of another version
 */
export function indexMarkdown(
  results: readonly Result[],
  last: Circumstances,
  unreadable: readonly string[] = [],
): string {
  const { machine, model, date, command } = last;
  const facts: [string, string][] = [
    ["CPU", machine.cpu],
    ["cores", String(machine.cores)],
    ["memory", `${machine.memoryGiB} GiB`],
    ["system", machine.system],
    ["Node", machine.node],
    ["onnxruntime-node", machine.onnxruntime],
    ["thinkalong", machine.thinkalong],
    ["model", model],
    ["date", day({ date })],
    ["command", `\`${command}\``],
  ];
  return [
    "# Benchmarks",
    "Written by `thinkalong bench`; every figure here was measured by it. A figure with brackets is the median of several runs, with the least and the greatest: `12.4 (11.9–13.0)`. What is compared was run in turn, side by side in time. The last run:",
    tableMarkdown({ title: "", columns: ["", ""], rows: facts }),
    [
      ...results.map(({ name, title }) => `- [${title}](${name}.md)`),
      ...unreadable.map(
        (name) => `- ${name}: its file is of another version; run \`thinkalong bench --only ${name}\``,
      ),
    ].join("\n"),
    ...results.map((result) => resultMarkdown(result, 2)),
  ].join("\n\n");
}

function day({ date }: Pick<Circumstances, "date">): string {
  return `${date.slice(0, 16).replace("T", " ")} UTC`;
}

function machineLine({ cpu, cores, node, onnxruntime }: MachineFacts): string {
  return `${cpu}, ${cores} cores, Node ${node}, onnxruntime-node ${onnxruntime}`;
}
