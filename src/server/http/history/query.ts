import { z } from "zod";
import {
  ENTRY_TYPES,
  type EntryType,
  ownZone,
  parseWhen,
  piecesOf,
  type Search,
  type SummaryWish,
  UNITS,
  ZoneTime,
} from "../../../history/mod.ts";
import { HttpProblem } from "../http-problem.ts";
import { checked } from "../json-body.ts";

/** Most entries of one page. */
const MAX_ENTRIES = 500;
const USUAL_ENTRIES = 50;

/** Most characters of the words to look for. */
const MAX_WORDS_CHARS = 500;

/** Most hours or days of a summary, and how many it has where no time is named. */
const MAX_INTERVALS = 1000;
const USUAL_MS = { hour: 24 * 3_600_000, day: 30 * 24 * 3_600_000 } as const;
const UNIT_MS = { hour: 3_600_000, day: 24 * 3_600_000 } as const;

/** A time, as people write it. */
export const when = z.string().transform((text, context) => {
  const ms = parseWhen(text);
  if (ms !== null) return ms;
  context.addIssue({
    code: "custom",
    message:
      "It must be a time, such as 2026-11-28T07:30:00Z, 2026-11-28 (in the server's time zone), 24h (ago), or milliseconds since 1970.",
  });
  return z.NEVER;
});

/** Several values, with commas between them. */
const list = z.string().transform((text) => text.split(",").filter((each) => each !== ""));

const count = (most: number) =>
  z
    .string()
    .regex(/^\d{1,15}$/, { error: "It must be a whole number." })
    .transform(Number)
    .pipe(z.number().min(1).max(most));

const searchQuery = z.strictObject({
  q: z
    .string()
    .max(MAX_WORDS_CHARS)
    .refine((words) => words.trim() === "" || piecesOf(words).length > 0, {
      error: "There is no word in it that could be looked for.",
    })
    .optional(),
  from: when.optional(),
  to: when.optional(),
  stream: list.optional(),
  type: list.pipe(z.array(z.enum(ENTRY_TYPES))).optional(),
  limit: count(MAX_ENTRIES).default(USUAL_ENTRIES),
  after: count(Number.MAX_SAFE_INTEGER).optional(),
});

const summaryQuery = z.strictObject({
  by: z.enum(UNITS).default("hour"),
  from: when.optional(),
  to: when.optional(),
  stream: list.optional(),
  zone: z
    .string()
    .max(64)
    .refine(isZone, { error: "It must be the name of a time zone, such as Europe/Berlin." })
    .optional(),
});

/**
 * What a request wants to find.
 *
 * @throws {HttpProblem} 400 `invalid_value`, with the field that is wrong
 */
export function readSearch(query: Readonly<Record<string, string>>): Search {
  const { q, from, to, stream, type, limit, after } = checked(searchQuery, query);
  return {
    words: q === undefined || q.trim() === "" ? null : q,
    streams: stream ?? null,
    types: (type as EntryType[] | undefined) ?? null,
    fromMs: from ?? null,
    toMs: to ?? null,
    before: after ?? null,
    limit,
  };
}

/**
 * What a request wants to have summed up.
 *
 * @throws {HttpProblem} 400 `invalid_value`, with the field that is wrong
 */
export function readSummary(query: Readonly<Record<string, string>>, nowMs = Date.now()): SummaryWish {
  const { by, from, to = nowMs, stream, zone = ownZone() } = checked(summaryQuery, query);
  const fromMs = from ?? to - USUAL_MS[by];
  if (fromMs >= to) throw wrong("from", "It must be before `to`.");
  if ((to - fromMs) / UNIT_MS[by] > MAX_INTERVALS)
    throw wrong(
      "from",
      `A summary may have ${MAX_INTERVALS} times at most. Ask for a shorter time, or by=day.`,
    );
  return { by, zone, fromMs, toMs: to, streams: stream ?? null };
}

function wrong(param: string, message: string): HttpProblem {
  return new HttpProblem(400, "invalid_value", `The field ${param} is wrong. ${message}`, param);
}

function isZone(zone: string): boolean {
  try {
    new ZoneTime(zone);
    return true;
  } catch {
    return false;
  }
}
