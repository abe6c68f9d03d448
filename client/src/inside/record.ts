import type { ServerEvent, ServerEventOf, SessionStats } from "../../../src/protocol/server-events.ts";

/** Media time that is kept (ms). */
export const KEPT_MS = 120_000;
/** A bound for streams with very many units a second. */
const MOST_ROWS = 2000;
/** Thoughts that may be under way at once. */
const MOST_PENDING = 100;

/** What is recorded: delays of units and thoughts (ms), and rates (a second). */
export const COLUMNS = ["seen", "ttft", "staleness", "frames", "dropped", "tokens"] as const;
export type Column = (typeof COLUMNS)[number];

/** What is known of one media time; null: nothing came then. */
export type Row = { readonly mediaTimeMs: number } & Record<Column, number | null>;

/** What a stream tells of its speed, over the last two minutes of its media time. */
export class Recorder {
  /** Counts changes, for whoever looks from time to time. */
  version = 0;
  /** In their order. Each media time is there once. */
  private rows: Row[] = [];
  private stats: SessionStats | null = null;
  private readonly pending = new Map<string, { readonly mediaTimeMs: number; isSaid: boolean }>();

  hear(event: ServerEvent): void {
    switch (event.type) {
      case "session.created":
        this.clear();
        break;
      case "unit.seen":
        this.put(event.media_time_ms, { seen: event.seen_ms });
        break;
      case "response.created":
        this.begin(event.response);
        break;
      case "response.reasoning_text.done": {
        const thought = this.pending.get(event.response_id);
        if (thought !== undefined) thought.isSaid = !event.skipped;
        break;
      }
      case "response.done":
        this.end(event);
        break;
      case "session.stats":
        this.take(event.stats);
        break;
    }
  }

  /** All of it, as columns of one length: media times first. */
  table(...columns: readonly Column[]): [number[], ...(number | null)[][]] {
    const times = this.rows.map(({ mediaTimeMs }) => mediaTimeMs);
    return [times, ...columns.map((column) => this.rows.map((row) => row[column]))];
  }

  /** The newest value, or the newest at a media time; null: none is kept. */
  value(column: Column, atMs = Number.POSITIVE_INFINITY): number | null {
    const row = this.rows.findLast((each) => each.mediaTimeMs <= atMs && each[column] !== null);
    return row?.[column] ?? null;
  }

  /** Media times that are kept, first and last (ms); null before the first. */
  get span(): { readonly fromMs: number; readonly toMs: number } | null {
    const [first, last] = [this.rows[0], this.rows.at(-1)];
    return first && last ? { fromMs: first.mediaTimeMs, toMs: last.mediaTimeMs } : null;
  }

  private clear(): void {
    this.rows = [];
    this.stats = null;
    this.pending.clear();
    this.version++;
  }

  private begin({ id, kind, media_time_ms }: ServerEventOf<"response.created">["response"]): void {
    if (kind !== "thought" || media_time_ms === null) return;
    this.pending.set(id, { mediaTimeMs: media_time_ms, isSaid: false });
    const [oldest] = this.pending.keys();
    if (this.pending.size > MOST_PENDING && oldest !== undefined) this.pending.delete(oldest);
  }

  private end({ response: { id }, timing }: ServerEventOf<"response.done">): void {
    const thought = this.pending.get(id);
    this.pending.delete(id);
    if (thought?.isSaid)
      this.put(thought.mediaTimeMs, { ttft: timing.ttft_ms, staleness: timing.staleness_ms });
  }

  /** Figures have no media time. They are as of the newest unit. */
  private take(stats: SessionStats): void {
    const before = this.stats;
    this.stats = stats;
    const atMs = this.rows.at(-1)?.mediaTimeMs;
    if (atMs === undefined) return;
    const seconds = (stats.uptime_ms - (before?.uptime_ms ?? stats.uptime_ms)) / 1000;
    const dropped = before && seconds > 0 ? (droppedOf(stats) - droppedOf(before)) / seconds : null;
    this.put(atMs, {
      frames: stats.fps_in,
      tokens: stats.tokens_per_s,
      // Counts of a stream that has begun anew are smaller.
      ...(dropped === null || dropped < 0 ? {} : { dropped }),
    });
  }

  private put(mediaTimeMs: number, values: Partial<Record<Column, number | null>>): void {
    this.version++;
    const at = this.rows.findLastIndex((row) => row.mediaTimeMs <= mediaTimeMs);
    const row = this.rows[at];
    if (row?.mediaTimeMs === mediaTimeMs) this.rows[at] = { ...row, ...values };
    else this.rows.splice(at + 1, 0, { ...empty(mediaTimeMs), ...values });
    const fromMs = this.rows.at(-1)!.mediaTimeMs - KEPT_MS;
    const old = this.rows.findIndex((each) => each.mediaTimeMs >= fromMs);
    this.rows.splice(0, Math.max(old, this.rows.length - MOST_ROWS));
  }
}

/** Frames that were not looked at, for any reason. */
export function droppedOf({ frames_dropped: by }: Pick<SessionStats, "frames_dropped">): number {
  return by.busy + by.rate + by.duplicate + by.decode_error;
}

function empty(mediaTimeMs: number): Row {
  return { mediaTimeMs, seen: null, ttft: null, staleness: null, frames: null, dropped: null, tokens: null };
}
