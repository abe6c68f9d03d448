import type { Section } from "../lib/section.ts";
import { comparison } from "./overview-section.ts";
import type { ScoredClip } from "./scored-clip.ts";
import { type ScoreOptions, type Scores, scoreAll } from "./scores.ts";

/** The same weights without memory, beside those with it. */
export function memorySection(scores: Scores, fresh: readonly ScoredClip[], options: ScoreOptions): Section {
  return {
    name: "memory",
    title: "Worth of the memory",
    about: [
      "The same weights as a request of its own for every unit, which sees the last four frames and nothing else",
      "(SimpleStream); questions are asked of the request of their moment.",
    ].join(" "),
    tables: [
      comparison(
        "With and without memory",
        ["thinkalong", "last 4 frames"],
        [scores, scoreAll(fresh, options)],
      ),
    ],
    plots: [],
    notes: [],
  };
}
