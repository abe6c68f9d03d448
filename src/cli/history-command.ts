import { Command, InvalidArgumentError, Option } from "commander";
import pc from "picocolors";
import {
  ENTRY_TYPES,
  type EntryType,
  type HistoryFile,
  openHistoryFile,
  ownZone,
  parseWhen,
  type TimeUnit,
  UNITS,
} from "../history/mod.ts";
import { positive } from "./arguments.ts";
import { guarded } from "./failure.ts";
import { entryHead, entryText, infoLines, jsonEntry, jsonSummary, summaryLines } from "./history-lines.ts";
import { printLine } from "./output.ts";
import { Screen } from "./screen.ts";
import { findConfig, historyPath, type ServerFlags } from "./serve-config.ts";

interface FileFlags extends Pick<ServerFlags, "config" | "state"> {
  readonly file?: string;
}

interface LookFlags extends FileFlags {
  readonly stream?: readonly string[];
  readonly from?: number;
  readonly to?: number;
  readonly json?: true;
}

interface SearchFlags extends LookFlags {
  readonly type?: readonly EntryType[];
  readonly limit: number;
}

interface SummaryFlags extends LookFlags {
  readonly by: TimeUnit;
}

const USUAL_MS = { hour: 24 * 3_600_000, day: 30 * 24 * 3_600_000 } as const;

/** Does something with the file of a history, and closes it. */
async function withFile(
  flags: FileFlags,
  mode: "read" | "write",
  work: (file: HistoryFile, path: string) => void,
) {
  const path = flags.file ?? historyPath(flags, (await findConfig(flags))?.config);
  const file = await openHistoryFile(path, mode);
  try {
    work(file, path);
  } finally {
    file.close();
  }
}

async function search(words: readonly string[], flags: SearchFlags): Promise<void> {
  await withFile(flags, "read", (file) => {
    const { found, hasMore } = file.search({
      words: words.join(" ").trim() || null,
      streams: flags.stream ?? null,
      types: flags.type ?? null,
      fromMs: flags.from ?? null,
      toMs: flags.to ?? null,
      before: null,
      limit: flags.limit,
    });
    // The newest stands last, where one looks first.
    const inOrder = [...found].reverse();
    if (flags.json) for (const entry of inOrder) printLine(jsonEntry(entry));
    else {
      const screen = new Screen();
      for (const entry of inOrder) screen.line(entryHead(entry), entryText(entry), 2);
      const more = hasMore ? ` There is more before: raise --limit, or name a time with --to.` : "";
      screen.note("", pc.dim(found.length === 0 ? "Nothing was found." : `${found.length} found.${more}`));
    }
  });
}

async function summary(flags: SummaryFlags): Promise<void> {
  const { by, to = Date.now(), from = to - USUAL_MS[by] } = flags;
  if (from >= to) throw new InvalidArgumentError("--from must be before --to.");
  await withFile(flags, "read", (file) => {
    const wish = { by, zone: ownZone(), fromMs: from, toMs: to, streams: flags.stream ?? null };
    const sums = file.summary(wish);
    if (flags.json) return printLine(jsonSummary(wish, sums));
    const screen = new Screen();
    for (const [head, text] of summaryLines(wish, sums)) screen.line(head, text, 2);
  });
}

async function info(flags: FileFlags): Promise<void> {
  await withFile(flags, "read", (file, path) => {
    const screen = new Screen();
    for (const [head, text] of infoLines(path, file.info())) screen.line(head, text, 2);
  });
}

async function forget(stream: string, flags: FileFlags): Promise<void> {
  await withFile(flags, "write", (file, path) => {
    const deleted = file.forget(stream);
    if (deleted === null) throw new InvalidArgumentError(`Nothing is kept of a stream ${stream} in ${path}.`);
    new Screen().line("", `${deleted} events of ${stream} were deleted, with their pictures.`);
  });
}

function when(value: string): number {
  const ms = parseWhen(value);
  if (ms !== null) return ms;
  throw new InvalidArgumentError(
    'It must be a time, such as 2026-11-28, "2026-11-28 07:30" (in the time zone of this machine), 2026-11-28T07:30:00Z, or 24h (ago).',
  );
}

function addFileFlags(command: Command): Command {
  return command
    .option("--file <path>", "file of the history (default: that of the server's config and state)")
    .option("--config <file>", "the server's config file (default: ./thinkalong.yaml, if it is there)")
    .option("--state <dir>", "the server's folder of state (default: server in THINKALONG_HOME)");
}

function addLookFlags(command: Command): Command {
  return addFileFlags(command)
    .option("--stream <name...>", "only these streams")
    .option("--from <time>", "from this time on, such as 2026-11-28 or 24h (ago)", when)
    .option("--to <time>", "before this time", when)
    .option("--json", "print JSON, as the HTTP API has it");
}

export function historyCommand(): Command {
  const searching = addLookFlags(
    new Command("search")
      .description("Find what was seen, thought, asked and alerted. The newest stands last.")
      .argument(
        "[words...]",
        "words that must all be there; '\"red car\"' with both quotes is a phrase, 'car*' a beginning",
      ),
  )
    .addOption(new Option("--type <type...>", "only these").choices(ENTRY_TYPES))
    .option("-n, --limit <n>", "most entries", positive, 20)
    .action(guarded(search));
  const summing = addLookFlags(
    new Command("summary").description("Count thoughts, answers and alerts by hour or day."),
  )
    .addOption(new Option("--by <unit>", "how long each time is").choices(UNITS).default("hour"))
    .action(guarded(summary));
  const telling = addFileFlags(
    new Command("info").description("Say how large the history is, and from when to when it goes."),
  ).action(guarded(info));
  const deleting = addFileFlags(
    new Command("delete")
      .description("Delete all that is kept of a stream, with its pictures.")
      .argument("<stream>", "its name"),
  ).action(guarded(forget));
  return new Command("history")
    .addCommand(searching)
    .addCommand(summing)
    .addCommand(telling)
    .addCommand(deleting)
    .addHelpText(
      "after",
      `
Examples:
  $ thinkalong history search red car --stream door --from 24h
  $ thinkalong history search --type alert --from 2026-11-27 --to 2026-11-28
  $ thinkalong history summary --by day
  $ thinkalong history delete door`,
    );
}
