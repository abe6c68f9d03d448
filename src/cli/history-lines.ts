import pc from "picocolors";
import type { Counts, Found, HistoryInfo, Peak, Summary, SummaryWish } from "../history/mod.ts";
import { answerText } from "../protocol/mod.ts";
import { printable } from "./printable.ts";

/** The beginning of a row, and its text. */
export type Line = readonly [head: string, text: string];

const two = (number: number) => String(number).padStart(2, "0");

/** A moment in the time zone of this machine: `2026-11-28 07:30:05`. */
export function clockTime(ms: number): string {
  const at = new Date(ms);
  const date = `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;
  return `${date} ${two(at.getHours())}:${two(at.getMinutes())}:${two(at.getSeconds())}`;
}

/** What stands before the text of an entry: when, where and what. */
export function entryHead({ wallMs, stream, type }: Found): string {
  const where = stream === null ? "" : `${pc.bold(printable(stream))} `;
  return `${pc.cyan(clockTime(wallMs))} ${where}${type === "thought" ? "" : `${paint(type)} `}`;
}

export function entryText(entry: Found): string {
  return printable(saidText(entry)) || pc.dim("(nothing)");
}

function saidText({ text, event, type }: Found): string {
  if (type === "count") return countText(event);
  return type === "answer" ? answerText(JSON.parse(event)) : text;
}

/** The entry as one line of JSON. */
export function jsonEntry({ event, wallMs, ...entry }: Found): string {
  return JSON.stringify({ ...entry, time: new Date(wallMs).toISOString(), event: JSON.parse(event) });
}

export function jsonSummary(wish: SummaryWish, summary: Summary): string {
  return JSON.stringify({ by: wish.by, zone: wish.zone, to: wish.toMs, ...summary });
}

/** A row for each hour or day, and one for each stream. */
export function summaryLines({ by }: SummaryWish, { intervals, streams }: Summary): Line[] {
  if (intervals.length === 0) return [["", "Nothing is kept of that time."]];
  const most = Math.max(...intervals.map(({ total }) => total.thoughts + total.alerts), 1);
  const rows = intervals.map(({ startMs, total }): Line => {
    const bar = "█".repeat(Math.round((10 * (total.thoughts + total.alerts)) / most)).padEnd(10);
    return [`${pc.cyan(clockTime(startMs).slice(0, by === "hour" ? 16 : 10))} ${bar} `, words(total)];
  });
  const sums = streams.map(({ stream, total, mostThoughts, mostAlerts }): Line => {
    const peaks = [peak("thoughts", by, mostThoughts), peak("alerts", by, mostAlerts)].filter(
      (each) => each !== null,
    );
    return [`${pc.bold(printable(stream))} `, [words(total), ...peaks].join("; ")];
  });
  return [...rows, ["", ""], ...sums];
}

/** What a history holds. */
export function infoLines(path: string, info: HistoryInfo): Line[] {
  const { bytes, pictureBytes, events, pictures, oldestMs, newestMs, streams, version } = info;
  const span =
    oldestMs === null || newestMs === null ? "no time" : `${clockTime(oldestMs)} to ${clockTime(newestMs)}`;
  return [
    ["file: ", `${path}, version ${version}`],
    ["size: ", `${mib(bytes)}, of which ${mib(pictureBytes)} are ${pictures} pictures`],
    ["span: ", span],
    ["events: ", String(events)],
    ...streams.map(({ stream, events: own }): Line => [`  ${pc.bold(printable(stream))}: `, `${own} events`]),
  ];
}

function paint(type: Found["type"]): string {
  return (type === "alert" || type === "error" ? pc.red : pc.yellow)(type);
}

function peak(what: string, by: string, most: Peak | null): string | null {
  return most && `most ${what} in one ${by}: ${most.count}, ${clockTime(most.startMs).slice(0, 16)}`;
}

function words(counts: Counts): string {
  const said = (["thoughts", "answers", "alerts", "gaps"] as const)
    .filter((name) => counts[name] > 0)
    .map((name) => `${counts[name]} ${counts[name] === 1 ? name.slice(0, -1) : name}`);
  return said.length === 0 ? "nothing" : said.join(", ");
}

/** The totals in a `session.stats` or `session.closed` that was kept. */
function countText(event: string): string {
  const { stats, totals } = JSON.parse(event) as { stats?: Totals; totals?: Totals };
  const said = stats ?? totals;
  if (said === undefined) return "";
  return `${said.units} units seen, ${said.thoughts} thoughts, ${said.answers} answers`;
}

interface Totals {
  readonly units: number;
  readonly thoughts: number;
  readonly answers: number;
}

function mib(bytes: number): string {
  return `${(bytes / 1024 ** 2).toFixed(1)} MiB`;
}
