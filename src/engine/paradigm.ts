import type { ResolvedStreamOptions } from "./stream-options.ts";

/**
 * Most units of a stream that the backend may have without having thought about them. This number alone makes the
 * difference between the three paradigms: side by side with a little room, strictly in turn, or everything first. Where
 * late thoughts are skipped, the room costs nothing. A thought may then take as long as many units, and all are seen.
 */
export function mostUnfinished({ paradigm, skipLate }: ResolvedStreamOptions): number {
  switch (paradigm) {
    case "streamed":
      return skipLate ? 256 : 4;
    case "interleaved":
      return 1;
    case "batch":
      return Number.POSITIVE_INFINITY;
  }
}

/** Most units of a stream in the batch paradigm, which keeps them all: an hour at two units a second. */
export const BATCH_UNITS = 7200;
