import type { Paradigm } from "./types.ts";

/**
 * Most units of a stream that may be at the backend without being thought about. This is all that tells the three
 * orders apart: side by side with a little room, strictly in turn, or everything first.
 */
export function mostUnfinished(paradigm: Paradigm): number {
  switch (paradigm) {
    case "streamed":
      return 4;
    case "interleaved":
      return 1;
    case "batch":
      return Number.POSITIVE_INFINITY;
  }
}

/** Most units that the batch paradigm keeps before it begins to think: an hour at two a second. */
export const BATCH_UNITS = 7200;
