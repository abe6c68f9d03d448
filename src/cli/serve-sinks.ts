import type { ConfigFile } from "../config/mod.ts";
import type { ServerAlerts } from "../server/mod.ts";
import {
  type SinkChange,
  type SinkEntries,
  type SinkEntry,
  SinkProblems,
  Sinks,
  type SinksOptions,
  TOLD,
} from "../sinks/mod.ts";
import { VERSION } from "./version.ts";

/** The name of the sink that `--jsonl` makes. No sink of a config file can have it. */
const JSONL_SINK = "--jsonl";

/** The sinks of the flag and of the config file, by name. */
export function sinkEntries(
  jsonl: string | undefined,
  inFile: Readonly<Record<string, SinkEntry>>,
): SinkEntries {
  const ofFlag: [string, SinkEntry][] =
    jsonl === undefined ? [] : [[JSONL_SINK, { type: "jsonl", path: jsonl, events: [...TOLD] }]];
  return new Map([...Object.entries(inFile), ...ofFlag]);
}

/**
 * Sinks of a server that is still to come.
 *
 * @returns also what is to hear of its alerts
 */
export function createSinks(options: Pick<SinksOptions, "log" | "drainMs">): {
  readonly sinks: Sinks;
  readonly onAlerts: (alerts: ServerAlerts) => void;
} {
  let alerts: ServerAlerts | null = null;
  const sinks = new Sinks({
    ...options,
    version: VERSION,
    pictures: { find: async (stream, event) => (await alerts?.pictures.find(stream, event)) ?? null },
    alertsOf: (stream) => alerts?.namesFor(stream) ?? [],
  });
  const onAlerts = (known: ServerAlerts) => {
    alerts = known;
    sinks.alertsChanged();
  };
  return { sinks, onAlerts };
}

/** What is wrong with sinks, with the lines of the config file where they stand. Other errors are given back as they are. */
export function explainSinks(error: unknown, file: ConfigFile | null): unknown {
  if (!(error instanceof SinkProblems) || file === null) return error;
  const inFile = error.problems.filter(({ sink }) => sink !== JSONL_SINK);
  if (inFile.length === 0) return error;
  return file.explain(new SinkProblems(inFile));
}

/** What a reload has done to the sinks; nothing where there are none. */
export function sinkChangeWords({ unchanged, ...changes }: SinkChange): string {
  const said = Object.entries(changes)
    .filter(([, names]) => names.length > 0)
    .map(([what, names]) => `${what}: ${names.join(", ")}`);
  if (said.length === 0) return "";
  return ` Sinks ${said.join("; ")}; ${unchanged.length} ${unchanged.length === 1 ? "goes" : "go"} on.`;
}
