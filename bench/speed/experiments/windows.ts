import type { Engine, StreamOptions } from "../../../src/engine/mod.ts";
import type { Frame } from "../../../src/ingest/mod.ts";
import { framesOf } from "../../lib/frames.ts";
import { type LabelledClip, labelledClips } from "../../lib/labelled-clips.ts";
import { type NarratedClip, narrateClip } from "../../lib/narrate-clip.ts";
import { percentile } from "../../lib/statistics.ts";
import type { Table } from "../../lib/table.ts";
import { withEngine } from "../../lib/with-engine.ts";
import { accuracy } from "../accuracy.ts";
import type { Experiment, ExperimentContext, Report } from "../experiment.ts";

export interface WindowSizes {
  readonly visualUnits: readonly number[];
  readonly textTokens: readonly number[];
}

const SIZES: WindowSizes = { visualUnits: [4, 16, 32, 128], textTokens: [64, 160, 1024] };

/** What longer memories cost, and what they are worth. */
export function windows(sizes: Partial<WindowSizes> = {}): Experiment {
  return {
    name: "windows",
    title: "Cost and benefit of the windows",
    about: [
      "Held-out labelled clips of a minute, played as fast as the engine takes them. One window is changed at a",
      "time; the other stays as the model was trained. Shown are the latency of seeing a unit and of thinking",
      "about it, event F1 (verb and place, told within a second), and the share of questions answered right.",
    ].join(" "),
    run: (context) => run(context, { ...SIZES, ...sizes }),
  };
}

interface WindowFigures {
  readonly size: number;
  readonly trained: boolean;
  readonly seeMs: number;
  readonly thinkMs: number;
  readonly eventF1: number;
  readonly answersRight: number;
}

async function run(context: ExperimentContext, sizes: WindowSizes): Promise<Report> {
  return await withEngine(
    context,
    async (engine) => {
      const clips = await labelledClips(context.labelledClips);
      const frames = await Promise.all(clips.map(({ path }) => framesOf(engine.model, path, context.signal)));
      const total = sizes.visualUnits.length + sizes.textTokens.length;
      const figures = { visual: [] as WindowFigures[], text: [] as WindowFigures[] };
      const measure = async (size: number, options: StreamOptions, trained: number) => {
        const done = figures.visual.length + figures.text.length;
        context.progress(done / total, `${options.visualWindowUnits ? "units" : "tokens"}: ${size}`);
        return { size, trained: size === trained, ...(await play(engine, context, clips, frames, options)) };
      };
      const { limits } = engine.model;
      for (const size of sizes.visualUnits)
        figures.visual.push(await measure(size, { visualWindowUnits: size }, limits.visualWindowUnits));
      for (const size of sizes.textTokens)
        figures.text.push(await measure(size, { textWindowTokens: size }, limits.textWindowTokens));
      return {
        tables: [
          table("Visual window", "units", figures.visual),
          table("Text window", "tokens", figures.text),
        ],
        plots: [
          {
            name: "latency",
            title: "Latency by visual window",
            kind: "line",
            x: { title: "units in the window", log: 2 },
            y: { title: "p50 (ms)", min: 0 },
            series: [
              { name: "seeing a unit", points: figures.visual.map(({ size, seeMs }) => [size, seeMs]) },
              {
                name: "thinking about it",
                points: figures.visual.map(({ size, thinkMs }) => [size, thinkMs]),
              },
            ],
          },
        ],
        figures: { sizes, ...figures },
        notes: [
          "Windows longer than those of training are allowed only in this experiment. The model was not trained to use them.",
          "The clips are a minute long. Windows that hold all of a clip differ only in their empty slots, and an empty slot costs nothing.",
        ],
      };
    },
    { untrainedWindows: true },
  );
}

function table(title: string, unit: string, rows: readonly WindowFigures[]): Table {
  return {
    title,
    columns: [unit, "seeing p50 (ms)", "thinking p50 (ms)", "event F1", "answers right"],
    rows: rows.map(({ size, trained, seeMs, thinkMs, eventF1, answersRight }) => [
      trained ? `${size} (trained)` : String(size),
      seeMs,
      thinkMs,
      eventF1,
      answersRight,
    ]),
  };
}

async function play(
  engine: Engine,
  { signal }: ExperimentContext,
  clips: readonly LabelledClip[],
  frames: readonly (readonly Frame[])[],
  options: StreamOptions,
): Promise<Pick<WindowFigures, "seeMs" | "thinkMs" | "eventF1" | "answersRight">> {
  const said: NarratedClip[] = [];
  for (const [i, clip] of clips.entries()) {
    signal.throwIfAborted();
    said.push(await narrateClip(engine, clip, frames[i]!, { stream: { ...options, stillLevels: null } }));
  }
  const events = said.flatMap((one) => one.events);
  const length = (from: { readonly startedAtMs: number; readonly finishedAtMs: number }) =>
    from.finishedAtMs - from.startedAtMs;
  const { eventF1, answersRight } = accuracy(clips, said);
  return {
    seeMs: percentile(
      events.flatMap((event) => (event.type === "unit.seen" ? [length(event.encoded)] : [])),
      0.5,
    ),
    thinkMs: percentile(
      events.flatMap((event) => (event.type === "thought.done" ? [length(event.reasoned)] : [])),
      0.5,
    ),
    eventF1,
    answersRight,
  };
}
