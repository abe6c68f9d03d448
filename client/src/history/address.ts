import type { EntryType } from "../../lib/mod.ts";
import { type Day, readDay } from "./day.ts";

/** What the history shows. It stands in the address, so that it can be shared and one can go back. */
export interface Address {
  /** Null: today. */
  readonly day: Day | null;
  /** Beginning of the hour to which it is narrowed (ms since 1970); null: the whole day. */
  readonly hourMs: number | null;
  /** Null: all streams. */
  readonly stream: string | null;
  readonly kind: Kind | null;
  readonly words: string | null;
  /** Whether all days are searched. */
  readonly everyDay: boolean;
  /** Id of the entry that is shown large; null: none is. */
  readonly entry: string | null;
}

/** What can be chosen, and which entries that is. A count has no words, so it is in none of them. */
export const KINDS = {
  thoughts: ["thought"],
  alerts: ["alert"],
  questions: ["question", "answer"],
  trouble: ["gap", "state", "scene", "notice", "error"],
} as const satisfies Readonly<Record<string, readonly EntryType[]>>;

export type Kind = keyof typeof KINDS;

/** The entries that are shown when nothing is chosen. */
export const ALL_KINDS: readonly EntryType[] = Object.values(KINDS).flat();

/** What an address says. What it says wrongly is as if it did not say it. */
export function readAddress(query: URLSearchParams): Address {
  const text = (name: string) => query.get(name)?.trim() || null;
  const kind = text("type");
  const hourMs = Date.parse(text("hour") ?? "");
  return {
    day: readDay(text("day")),
    hourMs: Number.isNaN(hourMs) ? null : hourMs,
    stream: text("stream"),
    kind: kind !== null && Object.hasOwn(KINDS, kind) ? (kind as Kind) : null,
    words: text("words"),
    everyDay: text("days") === "all",
    entry: /^\d{1,15}$/.test(text("entry") ?? "") ? text("entry") : null,
  };
}

/** The query of an address, for `href`. */
export function queryOf(address: Address): Record<string, string> {
  const { day, hourMs, stream, kind, words, everyDay, entry } = address;
  const said = {
    ...{ words, day, hour: hourMs === null ? null : `${new Date(hourMs).toISOString().slice(0, 16)}Z` },
    ...{ stream, type: kind, days: everyDay ? "all" : null, entry },
  };
  return Object.fromEntries(
    Object.entries(said).filter((each): each is [string, string] => each[1] !== null),
  );
}
