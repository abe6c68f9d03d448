/**
 * What was seen, thought, asked and alerted, in an SQLite file: recording it, searching it, summing it up, deleting it.
 * Knows streams, and neither sockets nor the config file.
 */
export { ENTRY_TYPES, type EntryType } from "./entry.ts";
export { HistoryError, type HistoryErrorCode } from "./errors.ts";
export { History, type HistoryFigures, type HistoryOptions } from "./history.ts";
export { type HistoryFile, openHistoryFile } from "./history-file.ts";
export { type HistorySettings, historySchema } from "./history-schema.ts";
export { piecesOf } from "./match-words.ts";
export type { Questions as HistoryQuestions } from "./messages.ts";
export type { Found, Search, SearchPage } from "./search.ts";
export type { HistoryInfo } from "./store-info.ts";
export type { Counts, Interval, Peak, StreamSum, Summary, SummaryWish } from "./summary.ts";
export { parseWhen } from "./when.ts";
export { ownZone, type TimeUnit, UNITS, ZoneTime } from "./zone-time.ts";
