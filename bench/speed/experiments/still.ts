import type { Engine } from "../../../src/engine/mod.ts";
import type { Frame } from "../../../src/ingest/mod.ts";
import { framesOf } from "../../lib/frames.ts";
import { type LabelledClip, labelledClips } from "../../lib/labelled-clips.ts";
import { type NarratedClip, narrateClip } from "../../lib/narrate-clip.ts";
import { standingFrames } from "../../lib/standing-frames.ts";
import { withEngine } from "../../lib/with-engine.ts";
import { type Accuracy, accuracy } from "../accuracy.ts";
import type { Experiment, ExperimentContext, Report } from "../experiment.ts";
import { visionOf } from "../vision-time.ts";

export interface StillSizes {
  readonly levels: readonly (number | null)[];
}

const SIZES: StillSizes = { levels: [null, 6, 10] };

const QUIET_S = 30;
const NOISE_LEVELS = 4;

/** What it saves not to encode a unit in which nothing changed, and what it does to accuracy. */
export function still(sizes: Partial<StillSizes> = {}): Experiment {
  return {
    name: "still",
    title: "Still units",
    about: [
      "A unit is _still_, and not encoded, when the mean colour of no 4 px square changed by more than a bound.",
      "The bound is a number of levels (of 0..255), or the picture's own noise if that is larger. The tables show",
      "the share of units that were not encoded, the time of vision a unit, and the accuracy on held-out labelled",
      "clips. _A quiet camera_ is the first picture of each clip for half a minute, under sensor noise of up to 4",
      "levels.",
    ].join(" "),
    run: (context) => run(context, { ...SIZES, ...sizes }),
  };
}

async function run(context: ExperimentContext, { levels }: StillSizes): Promise<Report> {
  return await withEngine(context, async (engine) => {
    const clips = await labelledClips(context.labelledClips);
    const frames = await Promise.all(clips.map(({ path }) => framesOf(engine.model, path, context.signal)));
    const rows = [];
    for (const [i, level] of levels.entries()) {
      context.progress(i / levels.length, level === null ? "every unit encoded" : `up to ${level} levels`);
      rows.push({ level, ...(await measure(engine, context, clips, frames, level)) });
    }
    const nothing = clips.map((clip) => ({ ...clip, events: [], questions: [] }));
    const standing = await Promise.all(
      frames.map(([first], seed) =>
        standingFrames(first!, engine.model, {
          count: QUIET_S * engine.model.fps,
          seed,
          noise: NOISE_LEVELS,
        }),
      ),
    );
    const quiet = [];
    for (const level of levels)
      quiet.push({ level, ...(await measure(engine, context, nothing, standing, level)) });
    return {
      tables: [
        {
          title: "By the bound",
          columns: ["levels", "not encoded (%)", "vision (ms a unit)", "event F1", "answers right"],
          rows: rows.map(({ level, share, visionMs, told }) => [
            level === null ? "none" : String(level),
            100 * share,
            visionMs,
            told.eventF1,
            told.answersRight,
          ]),
        },
        {
          title: "A quiet camera",
          columns: ["levels", "not encoded (%)", "vision (ms a unit)"],
          rows: quiet.map(({ level, share, visionMs }) => [
            level === null ? "none" : String(level),
            100 * share,
            visionMs,
          ]),
        },
      ],
      plots: [],
      figures: { levels, rows, quiet },
      notes: [
        `The clips are busy on purpose: ${rows[0]!.told.events} events in ${Math.round(clips.reduce((sum, clip) => sum + clip.seconds, 0) / 60)} minutes. A camera that sees nothing most of the time saves far more.`,
      ],
    };
  });
}

interface StillFigures {
  readonly share: number;
  readonly visionMs: number;
  readonly told: Accuracy;
}

async function measure(
  engine: Engine,
  { signal }: ExperimentContext,
  clips: readonly LabelledClip[],
  frames: readonly (readonly Frame[])[],
  stillLevels: number | null,
): Promise<StillFigures> {
  const said: NarratedClip[] = [];
  for (const [i, clip] of clips.entries()) {
    signal.throwIfAborted();
    said.push(await narrateClip(engine, clip, frames[i]!, { stream: { stillLevels } }));
  }
  const { stillShare: share, ms: visionMs } = visionOf(said.flatMap(({ events }) => events));
  return { share, visionMs, told: accuracy(clips, said) };
}
