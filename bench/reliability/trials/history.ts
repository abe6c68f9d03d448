import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, stat } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath, pathToFileURL } from "node:url";
import { openHistoryFile } from "../../../src/history/history-file.ts";
import { ENTRY_TYPES, type Search } from "../../../src/history/mod.ts";
import { openSqlite } from "../../../src/history/sqlite.ts";
import { HistoryStore } from "../../../src/history/store.ts";
import { random } from "../../../test/support/random.ts";
import { percentile } from "../../lib/statistics.ts";
import { CAMERAS, COLOURS, InventedEvents, RARE, THINGS } from "../history-events.ts";
import { atMost, type Finding, none, type Outcome, type Trial, type TrialContext } from "../trial.ts";

const EVENTS = { short: 20_000, long: 1_000_000 };
const SEARCHES = { short: 200, long: 2_000 };
const KILLS = { short: 2, long: 40 };

/** Events of one batch: a second of many busy cameras. */
const BATCH = 50;
const DAY_MS = 24 * 3_600_000;
const DAYS = 30;

/** A search as somebody might make it, of each kind alike often. */
function someSearch(below: (most: number) => number, startMs: number, newest: number): Search {
  const pick = <T>(from: readonly T[]): T => from[below(from.length)]!;
  const everything: Search = {
    ...{ words: null, streams: null, types: null, fromMs: null, toMs: null, before: null, limit: 50 },
  };
  const common = `${pick(COLOURS)} ${pick(THINGS)}`;
  const fromMs = startMs + below(DAYS * 24) * 3_600_000;
  const hours = { fromMs, toMs: fromMs + (1 + below(48)) * 3_600_000 };
  return pick<() => Search>([
    () => ({ ...everything, words: common }),
    () => ({ ...everything, words: `"${common}"` }),
    () => ({ ...everything, words: pick(RARE) }),
    () => ({ ...everything, words: `${pick(THINGS).slice(0, 2)}* ${pick(COLOURS)}`, ...hours }),
    () => ({ ...everything, words: common, streams: [pick(CAMERAS)], ...hours }),
    () => ({ ...everything, words: pick(RARE), streams: [pick(CAMERAS)] }),
    () => ({ ...everything, types: ["alert"], streams: [pick(CAMERAS)] }),
    () => ({ ...everything, types: [pick(ENTRY_TYPES)], ...hours }),
    () => ({ ...everything, streams: [pick(CAMERAS), pick(CAMERAS)], before: 1 + below(newest) }),
    () => ({ ...everything, before: 1 + below(newest) }),
    () => ({ ...everything, words: common, before: 1 + below(newest) }),
    () => ({ ...everything, words: "nothing like that" }),
  ])();
}

/** Writes many events, and looks into them. */
async function many(path: string, { size, seed, signal, onProgress }: TrialContext): Promise<Finding[]> {
  const total = EVENTS[size];
  const startMs = Date.now() - DAYS * DAY_MS;
  const events = new InventedEvents(seed, startMs, Math.floor((DAYS * DAY_MS) / total));
  const store = await HistoryStore.open(path);
  const tookMs: number[] = [];
  for (let written = 0, batch = 1; written < total; written += BATCH, batch++) {
    signal.throwIfAborted();
    const changes = events.batch(BATCH);
    const since = performance.now();
    store.write(batch, changes);
    tookMs.push(performance.now() - since);
    if (batch % 500 === 0) {
      onProgress((0.7 * written) / total, `${total} events`);
      await sleep(0);
    }
  }
  const below = random(seed);
  const searchMs: number[] = [];
  let found = 0;
  for (let i = 0; i < SEARCHES[size]; i++) {
    const wanted = someSearch(below, startMs, total);
    const since = performance.now();
    found += store.search(wanted).found.length;
    searchMs.push(performance.now() - since);
    if (i % 100 === 0) {
      signal.throwIfAborted();
      onProgress(0.7 + (0.15 * i) / SEARCHES[size], "searches");
      await sleep(0);
    }
  }
  const since = performance.now();
  const summary = store.summary({
    by: "hour",
    zone: "UTC",
    fromMs: startMs,
    toMs: Date.now(),
    streams: null,
  });
  const summaryMs = performance.now() - since;
  const summed = summary.streams.reduce((sum, { total }) => sum + total.thoughts, 0);
  store.close();
  const { size: bytes } = await stat(path);
  const sumMs = tookMs.reduce((sum, ms) => sum + ms, 0);
  return [
    atMost("p95 of a search", percentile(searchMs, 0.95), 50, "ms"),
    atMost("p99 of a search", percentile(searchMs, 0.99), 200, "ms"),
    { what: "entries that were found", measured: String(found), bound: "some", held: found > 0 },
    atMost("insert cost of an event, mean", sumMs / total, 1, "ms"),
    atMost(`a batch of ${BATCH} events, p95`, percentile(tookMs, 0.95), 50, "ms"),
    atMost("the longest batch", Math.max(...tookMs), 1000, "ms"),
    atMost("a summary of 30 days by hour", summaryMs, 1000, "ms"),
    {
      what: "thoughts in it",
      measured: String(summed),
      bound: "more than nine in ten",
      held: summed > 0.9 * total,
    },
    atMost("bytes of the file for an event", bytes / total, 2000, "bytes"),
  ];
}

/** Kills a process that writes, again and again, and looks at what it leaves. */
async function kills(path: string, { size, seed, signal, onProgress }: TrialContext): Promise<Finding[]> {
  const below = random(seed);
  const lost: string[] = [];
  const broken: string[] = [];
  let batches = 0;
  for (let round = 0; round < KILLS[size]; round++) {
    signal.throwIfAborted();
    onProgress(0.85 + (0.15 * round) / KILLS[size], `${KILLS[size]} kills`);
    const written = await writeAndKill(path, round, 1 + below(400));
    batches += written;
    const problem = await looksWhole(path);
    if (problem !== null) broken.push(problem);
    const kept = await lastBatch(path);
    if (kept < written) lost.push(`${written - kept} batches of round ${round}`);
  }
  return [
    none(`batches that were written and then lost, of ${batches}, when the process was killed`, lost),
    none("files that were not whole then", broken),
  ];
}

/** Returns the last batch that it said to be written. */
async function writeAndKill(path: string, seed: number, afterMs: number): Promise<number> {
  const loader = pathToFileURL(createRequire(import.meta.url).resolve("tsx")).href;
  const writer = fileURLToPath(new URL("../history-writer.ts", import.meta.url));
  const child = spawn(process.execPath, ["--import", loader, writer, path, String(seed)], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  let said = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    said += text;
  });
  const closed = once(child, "close");
  await Promise.race([once(child.stdout, "data"), closed]);
  await sleep(afterMs);
  child.kill("SIGKILL");
  await closed;
  const whole = said.slice(0, said.lastIndexOf("\n") + 1).trim();
  return whole === "" ? 0 : Number(whole.slice(whole.lastIndexOf("\n") + 1));
}

async function looksWhole(path: string): Promise<string | null> {
  const database = await openSqlite(path, "write");
  try {
    const said = Object.values(database.prepare("PRAGMA integrity_check").get()!)[0];
    database.exec("INSERT INTO words (words, rank) VALUES ('integrity-check', 1)");
    return said === "ok" ? null : String(said);
  } catch (error) {
    return (error as Error).message;
  } finally {
    database.close();
  }
}

async function lastBatch(path: string): Promise<number> {
  const database = await openSqlite(path, "read");
  const row = database.prepare("SELECT batch FROM runs ORDER BY id DESC LIMIT 1").get();
  database.close();
  return Number(row!.batch);
}

async function run(context: TrialContext): Promise<Outcome> {
  const folder = await mkdtemp(join(tmpdir(), "thinkalong-history-"));
  try {
    const findings = await many(join(folder, "many.db"), context);
    const killed = await kills(join(folder, "killed.db"), context);
    (await openHistoryFile(join(folder, "killed.db"), "read")).close();
    const { size, seed } = context;
    return {
      tried: `${EVENTS[size]} events of ${CAMERAS.length} cameras in batches of ${BATCH}, then ${SEARCHES[size]} searches of 12 kinds; ${KILLS[size]} processes killed (SIGKILL) while they wrote; seed ${seed}`,
      findings: [...findings, ...killed],
    };
  } finally {
    await rm(folder, { recursive: true });
  }
}

export const history: Trial = { name: "history", title: "A history of a million events", run };
