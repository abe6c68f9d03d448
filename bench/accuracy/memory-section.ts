import type { Section } from "../lib/section.ts";
import { comparison } from "./overview-section.ts";
import type { ScoredClip } from "./scored-clip.ts";
import { type ScoreOptions, type Scores, scoreAll } from "./scores.ts";

/** The same weights without memory, beside those with it. */
export function memorySection(scores: Scores, fresh: readonly ScoredClip[], options: ScoreOptions): Section {
  return {
    name: "memory",
    title: "Ablation: without memory",
    about: [
      "The same weights without memory: every unit is a request of its own, which sees the last four frames and",
      "nothing else (SimpleStream). A question is asked in the request of its moment.",
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
