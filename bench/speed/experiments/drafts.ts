import type { UnitKv } from "../../../src/cache/mod.ts";
import { joinRgb } from "../../../src/ingest/mod.ts";
import { type Bundle, loadBundle, TextCodec } from "../../../src/models/mod.ts";
import {
  NgramDrafter,
  openTextRunner,
  ReasonerStream,
  type ReportSink,
  Scheduler,
  STEP_TOKENS,
  TaughtThinkers,
  type TextRunner,
} from "../../../src/reasoner/mod.ts";
import { openVisionRunner, type UnitFrames } from "../../../src/vision/mod.ts";
import { framesOf } from "../../lib/frames.ts";
import { labelledClips } from "../../lib/labelled-clips.ts";
import { pairedRatios, type Spread, spread } from "../../lib/statistics.ts";
import type { Experiment, ExperimentContext, Report } from "../experiment.ts";

export interface DraftSizes {
  /** Longest drafts, in words; 0, without which there is nothing to compare with, is the first. */
  readonly words: readonly number[];
  readonly confidences: readonly number[];
  readonly rounds: number;
}

const SIZES: DraftSizes = { words: [0, 1, 2, 3], confidences: [0.6, 0.8], rounds: 2 };

/** What it gains to draft how a thought goes on, and verify several words in one step. */
export function drafts(sizes: Partial<DraftSizes> = {}): Experiment {
  return {
    name: "drafts",
    title: "Drafts (speculative decoding)",
    about: [
      "The narrator alone, in one thread, on held-out labelled clips. It runs without drafts, and with drafts of",
      "different length and confidence. Confidence is the share of earlier cases in which a word followed its two",
      "predecessors; less likely words are not drafted. All variants run in turn, round after round. Drafts must",
      "not change the output, which is compared.",
    ].join(" "),
    run: (context) => run(context, { ...SIZES, ...sizes }),
  };
}

interface Way {
  readonly words: number;
  readonly confidence: number;
}

interface Run {
  readonly said: string;
  readonly spokenMs: number;
  readonly totalMs: number;
  readonly steps: number;
  readonly drafted: number;
  readonly accepted: number;
}

async function run(context: ExperimentContext, sizes: DraftSizes): Promise<Report> {
  const bundle = await loadBundle(context.model);
  const runner = await openTextRunner(bundle, context.threads);
  context.progress(0, "seeing the clips");
  const seen = await seeAll(bundle, context);
  const ways: Way[] = [
    { words: 0, confidence: 1 },
    ...sizes.words
      .filter((words) => words > 0)
      .flatMap((words) => sizes.confidences.map((confidence) => ({ words, confidence }))),
  ];
  const runs: Run[][] = ways.map(() => []);
  for (let round = 0; round < sizes.rounds; round++)
    for (const [i, way] of ways.entries()) {
      context.signal.throwIfAborted();
      context.progress(
        (round + i / ways.length) / sizes.rounds,
        `drafts of ${way.words} words, round ${round + 1}`,
      );
      runs[i]!.push(await narrate(bundle, runner, seen, way));
    }
  const without = runs[0]!;
  const rows = ways.map((way, i) => {
    const [first] = runs[i]!;
    return {
      ...way,
      same: runs[i]!.every(({ said }) => said === without[0]!.said),
      steps: first!.steps,
      accepted: first!.drafted === 0 ? Number.NaN : first!.accepted / first!.drafted,
      spoken: ratio(runs[i]!, without, ({ spokenMs }) => spokenMs),
      total: ratio(runs[i]!, without, ({ totalMs }) => totalMs),
    };
  });
  return {
    tables: [
      {
        title: "By length and confidence",
        columns: [
          "words",
          "confidence",
          "accepted (%)",
          "steps",
          "time of spoken thoughts, ×",
          "time of all steps, ×",
          "same output",
        ],
        rows: rows.map(({ words, confidence, accepted, steps, spoken, total, same }) => [
          words,
          words === 0 ? "–" : String(confidence),
          100 * accepted,
          steps,
          spoken,
          total,
          same ? "yes" : "**no**",
        ]),
      },
    ],
    plots: [],
    figures: { sizes, rows, runs: runs.map((all) => all.map(({ said: _, ...figures }) => figures)) },
    notes: [
      "The drafter learns from what was said before, so the first thoughts of a stream gain nothing yet.",
    ],
  };
}

const ratio = (runs: readonly Run[], others: readonly Run[], of: (run: Run) => number): Spread =>
  runs.length === 0 ? spread([]) : pairedRatios(runs.map(of), others.map(of));

/** Units of all clips as the model sees them, clip by clip. */
async function seeAll(bundle: Bundle, context: ExperimentContext): Promise<UnitKv[][]> {
  const { signal, threads } = context;
  const { width, height, fps, frames_per_unit } = bundle.manifest.vision;
  const runner = await openVisionRunner(bundle, threads);
  const clips: UnitKv[][] = [];
  for (const { path } of await labelledClips(context.labelledClips)) {
    const frames = await framesOf({ width, height, fps }, path, signal);
    const { visual_window_units, positions } = bundle.manifest.cache;
    const vision = runner.openStream({ windowUnits: visual_window_units, positions, stillLevels: null });
    const units: UnitKv[] = [];
    for (let from = 0; from + frames_per_unit <= frames.length; from += frames_per_unit) {
      const some = frames.slice(from, from + frames_per_unit);
      const unit: UnitFrames = {
        unit: units.length,
        mediaTimeMs: some.at(-1)!.mediaTimeMs,
        seconds: some.map((_, i) => (from + i === 0 ? 0 : 1 / fps)),
        frames: await joinRgb(some, width, height),
      };
      const [seen] = await runner.run([{ vision, unit }]);
      units.push(seen!.unit);
    }
    clips.push(units);
    vision.cache.release();
  }
  return clips;
}

/** A narrator's way through all clips. */
async function narrate(
  bundle: Bundle,
  runner: TextRunner,
  clips: readonly UnitKv[][],
  way: Way,
): Promise<Run> {
  const { cache, thinking, transformer } = bundle.manifest;
  const drafter = () => new NgramDrafter(transformer.vocabulary, way);
  const drafters = { thoughts: drafter(), answers: drafter() };
  const codec = new TextCodec(bundle);
  let [said, spokenMs, totalMs, steps] = ["", 0, 0, 0];
  for (const units of clips) {
    let spoke = false;
    const sink: ReportSink = {
      now: () => performance.now(),
      report: (report) => {
        if (report.type !== "task.done") return;
        spoke = report.outcome !== "skipped";
        said += `${report.text}|`;
      },
    };
    const thinkers = new TaughtThinkers(
      { bundle, codec, memory: runner.memory, drafters },
      {
        visualWindowUnits: cache.visual_window_units,
        textWindowTokens: cache.text_window_tokens,
        positions: cache.positions,
        thoughtTokens: thinking.thought_tokens,
        answerTokens: thinking.answer_tokens,
        temperature: 0,
        seed: 0,
        instructions: null,
        recap: null,
        skipLate: false,
        looks: null,
        held: false,
      },
      sink,
    );
    const stream = new ReasonerStream("clip", false, thinkers, sink);
    const scheduler = new Scheduler<ReasonerStream>({
      stepTokens: STEP_TOKENS,
      run: (some) => runner.run(some),
      onFailed: (_, error) => {
        throw error;
      },
    });
    scheduler.join(stream);
    for (const unit of units) {
      stream.receive(unit);
      const startedAtMs = performance.now();
      while ((await scheduler.step()).length > 0) steps++;
      const ms = performance.now() - startedAtMs;
      totalMs += ms;
      if (spoke) spokenMs += ms;
    }
    stream.release();
  }
  return { said, spokenMs, totalMs, steps, ...drafters.thoughts.counts };
}
