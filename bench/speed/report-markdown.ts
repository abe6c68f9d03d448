import type { MachineFacts } from "../lib/machine.ts";
import { numberText } from "../lib/number-text.ts";
import { figuresMarkdown, momentText } from "../lib/section.ts";
import { tableMarkdown } from "../lib/table.ts";
import type { Circumstances, Result } from "./result.ts";

/** Share of a machine that others may use before figures are called disturbed. */
const QUIET_CORES = 0.05;

/** One experiment's page, or its section of the index. */
export function resultMarkdown(result: Result, level: 1 | 2): string {
  return [
    `${"#".repeat(level)} ${result.title}`,
    result.about,
    `_Measured ${momentText(result.measured.date)} in ${Math.round(result.seconds)} s with ${result.measured.model} on ${machineLine(result.measured.machine)}. Other processes kept ${numberText(result.otherCores)} cores busy meanwhile._`,
    ...(result.otherCores > QUIET_CORES * result.measured.machine.cores
      ? [
          "**The machine was not quiet: its other work has disturbed these figures.** Run it again on an idle machine.",
        ]
      : []),
    ...figuresMarkdown(result, level),
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
    ["date", momentText(date)],
    ["command", `\`${command}\``],
  ];
  return [
    "# Benchmarks",
    "Written by `npm run bench`; every figure here was measured by it. A figure with brackets is the median of several runs, with the least and the greatest: `12.4 (11.9–13.0)`. What is compared was run in turn, side by side in time. The last run:",
    tableMarkdown({ title: "", columns: ["", ""], rows: facts }),
    [
      ...results.map(({ name, title }) => `- [${title}](${name}.md)`),
      ...unreadable.map(
        (name) => `- ${name}: its file is of another version; run \`npm run bench -- --only ${name}\``,
      ),
    ].join("\n"),
    ...results.map((result) => resultMarkdown(result, 2)),
  ].join("\n\n");
}

function machineLine({ cpu, cores, node, onnxruntime }: MachineFacts): string {
  return `${cpu}, ${cores} cores, Node ${node}, onnxruntime-node ${onnxruntime}`;
}
