import type { Engine, Paradigm } from "../../src/engine/mod.ts";
import type { LabelledClip } from "../lib/labelled-clips.ts";
import { type Narration, narrateClip } from "../lib/narrate-clip.ts";
import type { Section } from "../lib/section.ts";
import { scoreEvents } from "./event-scores.ts";
import { type RunOptions, runClips } from "./run-clips.ts";
import { scoreClip } from "./scored-clip.ts";
import type { ScoreOptions } from "./scores.ts";

const ORDERS = ["streamed", "interleaved", "batch"] as const satisfies readonly Paradigm[];

/** How often each clip is played for this section. */
export const ORDER_RUNS = ORDERS.length;

/** Most questions asked of one clip at its end. */
const AT_END = 16;

/** Whether the three orders of vision and reasoning say the same: weights and masks are. */
export async function orderSection(
  engine: Engine,
  clips: readonly LabelledClip[],
  { unitSeconds }: ScoreOptions,
  options: RunOptions,
  runDone: () => void,
): Promise<Section> {
  const told: Narration[][] = [];
  for (const paradigm of ORDERS) {
    const of = (clip: LabelledClip) => [...new Set(clip.questions.map(({ ask }) => ask))].slice(0, AT_END);
    told.push(
      await runClips(
        engine,
        clips,
        async (clip, frames, signal, onFrame) => {
          const how = { stream: { paradigm }, askAtEnd: of(clip), signal, onFrame };
          const told = await narrateClip(engine, { ...clip, questions: [] }, frames, how);
          return { thoughts: told.thoughts, answers: told.answersAtEnd };
        },
        options,
      ),
    );
    runDone();
  }
  const [streamed] = told;
  const share = (of: (one: Narration) => readonly string[], ours: readonly Narration[]) => {
    const [a, b] = [streamed!.flatMap(of), ours.flatMap(of)];
    return a.filter((text, i) => text === b[i]).length / Math.max(a.length, b.length);
  };
  return {
    name: "orders",
    title: "The three orders",
    about: [
      "The same clips and weights in the three orders: streamed, interleaved (strictly in turn) and batch (all",
      `frames first). In every order up to ${AT_END} questions about the whole clip are asked at its end. Weights`,
      "and masks are the same, so all orders should say the same.",
    ].join(" "),
    tables: [
      {
        title: "By order",
        columns: ["order", "event F1 (95 %)", "thoughts equal to streamed", "answers equal to streamed"],
        rows: ORDERS.map((name, i) => {
          const scored = clips.map((clip, c) => scoreClip(clip, told[i]![c]!, unitSeconds));
          return [
            name,
            scoreEvents(scored).told.f1,
            share(({ thoughts }) => thoughts.map(({ text }) => text), told[i]!),
            share(({ answers }) => answers, told[i]!),
          ];
        }),
      },
    ],
    plots: [],
    notes: [],
  };
}
