import type { Engine } from "../../../src/engine/mod.ts";
import type { Frame } from "../../../src/ingest/mod.ts";
import { loadBundle } from "../../../src/models/mod.ts";
import { framesOf } from "../../lib/frames.ts";
import { labelledClips } from "../../lib/labelled-clips.ts";
import { narrateClip } from "../../lib/narrate-clip.ts";
import { type Drawing, standingFrames } from "../../lib/standing-frames.ts";
import { withEngine } from "../../lib/with-engine.ts";
import { type Accuracy, accuracy } from "../accuracy.ts";
import type { Experiment, ExperimentContext, Report } from "../experiment.ts";
import { visionOf } from "../vision-time.ts";

export interface PartsSizes {
  /** Greatest change of a square's mean that counts as none (levels of 0..255); null: all of a picture is encoded. */
  readonly levels: readonly (number | null)[];
  /** Heights of what moves, as shares of the picture's. */
  readonly heights: readonly number[];
  /** Length of each stream in which something moves (s). */
  readonly moverS: number;
}

const SIZES: PartsSizes = { levels: [null, 6, 10], heights: [0.1, 0.2, 0.4], moverS: 30 };

/** Of the picture's width, in a second: a person who walks by. */
const SPEED = 0.1;
const NOISE_LEVELS = 2;

/** What it saves to encode only those parts of a picture that changed, and what it does to accuracy. */
export function parts(sizes: Partial<PartsSizes> = {}): Experiment {
  return {
    name: "parts",
    title: "Parts that changed",
    about: [
      "With `--changed-parts LEVELS`, only the parts of a picture that changed are encoded, with a margin around them. A",
      "part changed if the mean colour of one of its 4 px squares changed by more than so many levels (of 0..255), or than",
      "the picture's noise if that is larger. All of the picture is encoded now and then. _One mover_ is a still picture",
      "that a dark upright figure crosses, at a tenth of the width in a second, under sensor noise of up to",
      `${NOISE_LEVELS} levels. _Labelled clips_ are the held-out ones.`,
    ].join(" "),
    run: (context) => run(context, { ...SIZES, ...sizes }),
  };
}

interface LevelFigures {
  readonly level: number | null;
  readonly visionMs: number;
  readonly told: Accuracy;
  /** Vision (ms a unit), for each height of the mover. */
  readonly movers: readonly number[];
}

async function run(context: ExperimentContext, sizes: PartsSizes): Promise<Report> {
  const inParts = typeof (await loadBundle(context.model)).paths.eyes !== "string";
  const levels = sizes.levels.filter((level) => level === null || inParts);
  const rows: LevelFigures[] = [];
  for (const [i, level] of levels.entries()) {
    context.progress(i / levels.length, level === null ? "all of each picture" : `up to ${level} levels`);
    const settings = { ...(level !== null && { changedLevels: level }) };
    rows.push(
      await withEngine({ ...context, settings }, async (engine) => ({
        level,
        ...(await measure(engine, context, sizes)),
      })),
    );
  }
  const [whole] = rows;
  const name = (level: number | null) => (level === null ? "all is encoded" : String(level));
  return {
    tables: [
      {
        title: "One mover",
        columns: ["levels", ...sizes.heights.flatMap((h) => [`${100 * h} % high: ms a unit`, "of all (%)"])],
        rows: rows.map(({ level, movers }) => [
          name(level),
          ...movers.flatMap((ms, i) => [ms, (100 * ms) / whole!.movers[i]!]),
        ]),
      },
      {
        title: "Labelled clips",
        columns: ["levels", "vision (ms a unit)", "event F1", "answers right"],
        rows: rows.map(({ level, visionMs, told }) => [
          name(level),
          visionMs,
          told.eventF1,
          told.answersRight,
        ]),
      },
    ],
    plots: [],
    figures: { ...sizes, rows },
    notes: [
      inParts
        ? "Every unit is encoded, still ones too. A unit's time runs from when the vision worker begins with it to when it is done."
        : "This model's eyes are one graph. It takes whole pictures only, so there is nothing to compare.",
    ],
  };
}

async function measure(
  engine: Engine,
  { labelledClips: folder, signal }: ExperimentContext,
  { heights, moverS }: PartsSizes,
): Promise<Omit<LevelFigures, "level">> {
  const clips = await labelledClips(folder);
  const stream = { stillLevels: null };
  const said = [];
  let first: Frame | undefined;
  for (const clip of clips) {
    signal.throwIfAborted();
    const frames = await framesOf(engine.model, clip.path, signal);
    first ??= frames[0];
    said.push(await narrateClip(engine, clip, frames, { stream, signal }));
  }
  const movers = [];
  for (const [seed, height] of heights.entries()) {
    const draw = (drawing: Drawing, seq: number) => drawFigure(drawing, seq / engine.model.fps, height);
    const options = { count: moverS * engine.model.fps, seed, noise: NOISE_LEVELS, draw };
    const frames = await standingFrames(first!, engine.model, options);
    const { events } = await narrateClip(engine, { ...clips[0]!, questions: [] }, frames, { stream, signal });
    movers.push(visionOf(events).ms);
  }
  return {
    visionMs: visionOf(said.flatMap(({ events }) => events)).ms,
    told: accuracy(clips, said),
    movers,
  };
}

/** A dark figure, 2.5 times as high as wide, on its way to the right; it begins again at the left. */
function drawFigure({ data, width, height }: Drawing, seconds: number, share: number): void {
  const [rows, columns] = [Math.round(share * height), Math.round((share * height) / 2.5)];
  const top = Math.round((height - rows) / 2);
  const left = Math.round(seconds * SPEED * width) % (width - columns);
  for (let row = top; row < top + rows; row++)
    data.fill(30, 3 * (row * width + left), 3 * (row * width + left + columns));
}
