import type { EntryType } from "../../../src/history/entry.ts";
import type { ServerAddress } from "../server/server-address.ts";
import type { HistoryEntry, HistoryPage, HistorySummary } from "./history-object.ts";
import { queryOf, type When } from "./query.ts";

/**
 * Of when, and of which streams.
 *
 * @example
 * const lastNight = { from: "2026-11-27 22:00", to: "2026-11-28 06:00", streams: ["door"] };
 */
export interface HistoryRange {
  readonly from?: When | undefined;
  readonly to?: When | undefined;
  /** Default: all that one may watch. */
  readonly streams?: readonly string[] | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * What to look for.
 *
 * @example
 * await server.history.search({ words: '"red car"', types: ["thought"], from: "24h" });
 */
export interface HistorySearch extends HistoryRange {
  /** Words that must all be there; a phrase in quotes, and `lor*` for every word that begins so. */
  readonly words?: string | undefined;
  readonly types?: readonly EntryType[] | undefined;
  /** Most entries of a page, up to 500. Default: 50. */
  readonly limit?: number | undefined;
  /** `next` of the page before. */
  readonly after?: string | undefined;
}

/**
 * What to sum up.
 *
 * @example
 * await server.history.summary({ by: "day", zone: "Europe/Berlin" });
 */
export interface HistorySummaryOptions extends HistoryRange {
  /** Default: `hour`, of the last 24 hours; `day` is of the last 30 days. */
  readonly by?: "hour" | "day" | undefined;
  /** Time zone in which hours and days begin. Default: that of the server. */
  readonly zone?: string | undefined;
}

/** The history of a server. Users get it from `ThinkalongClient`. */
export let historyOf: (server: ServerAddress) => HttpHistory;

/**
 * What a server has kept of what was seen, thought, asked and alerted. Every method fails with a `ClientError`:
 * `no_history`, where the server keeps none.
 *
 * @example
 * ```ts
 * const { history } = new ThinkalongClient("http://127.0.0.1:8080");
 * for await (const { time, stream, text } of history.entries({ words: "red car", from: "7d" }))
 *   console.log(time, stream, text);
 * ```
 */
export class HttpHistory {
  /** `ThinkalongClient` makes one. */
  private constructor(private readonly server: ServerAddress) {}

  static {
    historyOf = (server) => new HttpHistory(server);
  }

  /**
   * One page of what is found, the newest first.
   *
   * @example const { entries, next } = await server.history.search({ words: "red car", limit: 20 });
   */
  async search(wanted: HistorySearch = {}): Promise<HistoryPage> {
    const { words, types, limit, after } = wanted;
    const query = queryOf({ q: words, ...rangeOf(wanted), type: types?.join(","), limit, after });
    const { data, next } = await this.server.json<{ data: HistoryEntry[]; next: string | null }>(
      `v1/history${query}`,
      { signal: wanted.signal },
    );
    return { entries: data, next };
  }

  /**
   * All that is found, the newest first, page by page as it is read. Leaving the loop asks for no further page.
   *
   * @example for await (const { text } of server.history.entries({ types: ["alert"] })) console.log(text);
   */
  async *entries(wanted: HistorySearch = {}): AsyncGenerator<HistoryEntry> {
    for (let after = wanted.after; ; ) {
      const { entries, next } = await this.search({ ...wanted, after });
      yield* entries;
      if (next === null) return;
      after = next;
    }
  }

  /**
   * Counts thoughts, answers, alerts and gaps by hour or day.
   *
   * @example const { streams } = await server.history.summary({ by: "day" });
   */
  async summary(wanted: HistorySummaryOptions = {}): Promise<HistorySummary> {
    const { by, zone, signal } = wanted;
    return await this.server.json(`v1/history/summary${queryOf({ by, ...rangeOf(wanted), zone })}`, {
      signal,
    });
  }

  /**
   * Deletes all that is kept of a stream, with its pictures.
   *
   * @returns how many entries
   * @example await server.history.delete("door");
   */
  async delete(stream: string): Promise<number> {
    const query = queryOf({ stream });
    return (await this.server.json<{ events: number }>(`v1/history${query}`, { method: "DELETE" })).events;
  }
}

function rangeOf({ from, to, streams }: HistoryRange) {
  return { from, to, stream: streams?.join(",") };
}
