import { lastValueFrom, toArray } from "rxjs";
import type { Engine } from "../../engine/mod.ts";
import { type Frame, openVideo } from "../../ingest/mod.ts";
import { type Accuracy, accuracy } from "../accuracy.ts";
import type { Experiment, ExperimentContext, Report } from "../experiment.ts";
import { type LabelledClip, labelledClips } from "../labelled-clips.ts";
import { type NarratedClip, narrateClip } from "../narrate-clip.ts";
import { mean } from "../statistics.ts";
import { withEngine } from "../with-engine.ts";

export interface StillSizes {
  readonly levels: readonly (number | null)[];
}

const SIZES: StillSizes = { levels: [null, 6, 10] };

/** What it saves not to encode a unit in which nothing changed, and what it does to accuracy. */
export function still(sizes: Partial<StillSizes> = {}): Experiment {
  return {
    name: "still",
    title: "Units in which nothing changed",
    about: [
      "A unit is not encoded again where no square of 4 px has changed its mean colour by more than some levels of",
      "0..255, or than the picture's own noise. By that bound: the share of units that were not encoded, vision's time",
      "a unit, and how much of what happened was told, on held-out labelled clips.",
    ].join(" "),
    run: (context) => run(context, { ...SIZES, ...sizes }),
  };
}

async function run(context: ExperimentContext, { levels }: StillSizes): Promise<Report> {
  return await withEngine(context, async (engine) => {
    const clips = await labelledClips(context.labelledClips);
    const frames = await Promise.all(clips.map(({ path }) => decode(engine, path, context.signal)));
    const rows = [];
    for (const [i, level] of levels.entries()) {
      context.progress(i / levels.length, level === null ? "every unit encoded" : `up to ${level} levels`);
      rows.push({ level, ...(await measure(engine, context, clips, frames, level)) });
    }
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
      ],
      plots: [],
      figures: { levels, rows },
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
    said.push(await narrateClip(engine, clip, frames[i]!, { stillLevels }));
  }
  const seen = said.flatMap(({ events }) => events).filter((event) => event.type === "unit.seen");
  return {
    share: seen.filter((unit) => unit.still).length / seen.length,
    visionMs: mean(seen.map(({ encoded }) => encoded.finishedAtMs - encoded.startedAtMs)),
    told: accuracy(clips, said),
  };
}

/** All frames of a video at the model's size and rate. */
export async function decode(engine: Engine, path: string, signal: AbortSignal): Promise<Frame[]> {
  const { width, height, fps } = engine.model;
  return await lastValueFrom(openVideo(path, { width, height, fps, pace: "max", signal }).pipe(toArray()));
}
