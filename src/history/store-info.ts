import { versionOf } from "./migrations.ts";
import { bytesIn } from "./retention.ts";
import type { SqlDatabase } from "./sqlite.ts";

/** What a history holds. */
export interface HistoryInfo {
  /** Version of the file's form. */
  readonly version: number;
  /** Bytes of the file that are in use, and those of them that pictures take. */
  readonly bytes: number;
  readonly pictureBytes: number;
  readonly events: number;
  readonly pictures: number;
  /** When the oldest and the newest event were heard (ms since 1970); null: there is none. */
  readonly oldestMs: number | null;
  readonly newestMs: number | null;
  readonly streams: readonly { readonly stream: string; readonly events: number }[];
}

/** Says what a history holds. */
export function infoOf(database: SqlDatabase): HistoryInfo {
  const { events } = database.prepare("SELECT coalesce(sum(count), 0) AS events FROM quarters").get()!;
  const span = database.prepare("SELECT min(quarter) AS first, max(quarter) AS last FROM quarters").get()!;
  const edge = (what: "min" | "max", quarter: unknown) =>
    quarter === null
      ? null
      : Number(
          database
            .prepare(
              `SELECT ${what}(wall_ms) AS ms FROM events WHERE wall_ms / 900000 = ?
               AND id BETWEEN (SELECT min(first) FROM quarters WHERE quarter = ?)
               AND (SELECT max(last) FROM quarters WHERE quarter = ?)`,
            )
            .get(Number(quarter), Number(quarter), Number(quarter))!.ms,
        );
  const pictures = database
    .prepare("SELECT count(*) AS count, coalesce(sum(length(jpeg)), 0) AS bytes FROM pictures")
    .get()!;
  const streams = database
    .prepare(
      `SELECT s.name, coalesce(sum(q.count), 0) AS events FROM streams s LEFT JOIN quarters q ON q.stream = s.id
       GROUP BY s.id ORDER BY s.name`,
    )
    .all();
  return {
    version: versionOf(database),
    bytes: bytesIn(database),
    pictureBytes: Number(pictures.bytes),
    events: Number(events),
    pictures: Number(pictures.count),
    oldestMs: edge("min", span.first),
    newestMs: edge("max", span.last),
    streams: streams.map(({ name, events }) => ({ stream: String(name), events: Number(events) })),
  };
}
