import type { Paradigm } from "./types.ts";

/**
 * Units that vision may be ahead of reasoning. This is all that tells the three orders apart: side by side with a
 * little room, strictly in turn, or everything first.
 */
export function visionLead(paradigm: Paradigm): number {
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
