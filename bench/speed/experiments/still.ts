import type { Engine, ModelInfo } from "../../../src/engine/mod.ts";
import { type Frame, RgbFrame } from "../../../src/ingest/mod.ts";
import { framesOf } from "../../lib/frames.ts";
import { type LabelledClip, labelledClips } from "../../lib/labelled-clips.ts";
import { type NarratedClip, narrateClip } from "../../lib/narrate-clip.ts";
import { mean } from "../../lib/statistics.ts";
import { withEngine } from "../../lib/with-engine.ts";
import { type Accuracy, accuracy } from "../accuracy.ts";
import type { Experiment, ExperimentContext, Report } from "../experiment.ts";

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
      frames.map(([first], i) => stand(first!, QUIET_S * engine.model.fps, engine.model, i)),
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
  const seen = said.flatMap(({ events }) => events).filter((event) => event.type === "unit.seen");
  return {
    share: seen.filter((unit) => unit.still).length / seen.length,
    visionMs: mean(seen.map(({ encoded }) => encoded.finishedAtMs - encoded.startedAtMs)),
    told: accuracy(clips, said),
  };
}

/** A picture that stands for some frames, each with noise of its own. */
async function stand(
  picture: Frame,
  count: number,
  { width, height, fps }: ModelInfo,
  seed: number,
): Promise<Frame[]> {
  const pixels = await picture.rgb(width, height);
  let state = seed + 1;
  const noise = () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.round((state / 2 ** 31 - 1) * NOISE_LEVELS);
  };
  return Array.from({ length: count }, (_, seq) => {
    const data = pixels.map((value) => Math.min(255, Math.max(0, value + noise())));
    const stamp = { seq, mediaTimeMs: (1000 * seq) / fps, arrivedAtMs: picture.arrivedAtMs };
    return new RgbFrame(stamp, { width, height, data });
  });
}
