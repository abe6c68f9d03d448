import { join } from "node:path";
import { onTestFinished } from "vitest";
import type { Change, NewEvent } from "../../src/history/changes.ts";
import { History, type HistoryOptions } from "../../src/history/mod.ts";
import type { Search } from "../../src/history/search.ts";
import { HistoryStore } from "../../src/history/store.ts";
import { encodeServerEvent, numberEvent } from "../../src/protocol/mod.ts";
import { makeTempDir } from "./media.ts";

/** A file for a history, in a folder that is removed when the test is done. */
export async function historyPath(): Promise<string> {
  const dir = await makeTempDir();
  onTestFinished(() => dir.remove());
  return join(dir.path, "history.db");
}

/** A history that keeps cameras, with a picture of each thought for which there is time. What is wrong with it is thrown. */
export function newHistory(path: string, more: Partial<HistoryOptions> = {}): History {
  return new History({
    ...{ path, keep_days: 30, max_bytes: 1e9, sessions: false, pictures: "all" },
    batchMs: 20,
    onTrouble: (message) => {
      throw new Error(message);
    },
    ...more,
  });
}

/** A store that is closed when the test is done. */
export async function openStore(path: string, nowMs?: number): Promise<HistoryStore> {
  const store = await HistoryStore.open(path, null, nowMs);
  onTestFinished(() => {
    try {
      store.close();
    } catch {
      // The test has closed it.
    }
  });
  return store;
}

/** A thought, or another event, as the recorder makes it. */
export function kept(
  stream: string | null,
  number: number,
  text: string,
  more: Partial<NewEvent> = {},
): NewEvent {
  const event = numberEvent(number, {
    ...{ type: "response.reasoning_text.done", response_id: `thought_${number}`, unit: number, text },
    ...{ since_media_time_ms: 1000 * number - 500, media_time_ms: 1000 * number },
    ...{ skipped: false, skip_reason: null, unfamiliar: false },
  });
  return {
    ...{ what: "event", stream, number, text, type: "thought" },
    ...{ wallMs: 1_000_000 + 1000 * number, mediaMs: 1000 * number, event: encodeServerEvent(event) },
    ...more,
  };
}

/** Writes changes as one batch, after all batches before. */
export function writeAll(store: HistoryStore, changes: readonly Change[], nowMs?: number): void {
  store.write(++batches, changes, nowMs);
}
let batches = 0;

/** A search for everything but what is named. */
export function wanted(more: Partial<Search> = {}): Search {
  const all = { words: null, streams: null, types: null, fromMs: null, toMs: null, before: null, limit: 100 };
  return { ...all, ...more };
}

/** The texts of what a store finds. */
export function textsIn(store: HistoryStore, more: Partial<Search> = {}): string[] {
  return store.search(wanted(more)).found.map(({ text }) => text);
}
