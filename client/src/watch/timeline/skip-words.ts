import type { SkipReason } from "../../story/unit-record.ts";

/** Why nothing was said, in few words. */
export const SKIP_WORDS: Readonly<Record<SkipReason, string>> = {
  nothing_new: "nothing new",
  still: "still",
  repeated: "said before",
  late: "too late",
  limited: "limit reached",
  unavailable: "model unavailable",
};
