import { cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Engine, Paradigm } from "../../../src/engine/mod.ts";
import { pairedRatios, type Spread, spread } from "../../lib/statistics.ts";
import { targetTable } from "../../lib/table.ts";
import { withEngine } from "../../lib/with-engine.ts";
import { feed } from "../camera.ts";
import { type Clip, loadClip } from "../clip.ts";
import type { Experiment, ExperimentContext, Report } from "../experiment.ts";
import { StreamRecord } from "../stream-record.ts";

export interface OverlapSizes {
  readonly units: number;
  readonly rounds: number;
}

const SIZES: OverlapSizes = { units: 150, rounds: 11 };

/** Whether thinking while seeing costs no more than the slower of the two. */
export function overlap(sizes: Partial<OverlapSizes> = {}): Experiment {
  return {
    name: "overlap",
    title: "Thinking while seeing",
    about: [
      "One stream as fast as it goes, with a balanced load: the model says something about every unit (its skip",
      "bias is so low that it never skips), and every unit is encoded. _Vision alone_ and _reasoning alone_ are",
      "the two halves of the batch order, which run one after the other. _Streamed_ runs both at once,",
      "_interleaved_ strictly in turn. Figures are wall time of whole runs, which follow each other round after",
      "round.",
    ].join(" "),
    run: (context) => run(context, { ...SIZES, ...sizes }),
  };
}

async function run(context: ExperimentContext, sizes: OverlapSizes): Promise<Report> {
  const model = await talkative(context.model);
  try {
    return await withEngine({ ...context, model }, (engine) => measure(engine, context, sizes));
  } finally {
    await rm(model, { recursive: true });
  }
}

/** A copy of a bundle that has something to say about every unit. */
async function talkative(model: string): Promise<string> {
  const copy = await mkdtemp(join(tmpdir(), "thinkalong-bench-"));
  await cp(model, copy, { recursive: true });
  const path = join(copy, "bundle.json");
  const manifest = JSON.parse(await readFile(path, "utf8"));
  manifest.thinking.skip_bias = -1e6;
  await writeFile(path, JSON.stringify(manifest));
  return copy;
}

interface Round {
  readonly vision: number;
  readonly reasoning: number;
  readonly streamed: number;
  readonly interleaved: number;
}

async function measure(engine: Engine, context: ExperimentContext, sizes: OverlapSizes): Promise<Report> {
  const clip = await loadClip(context.clip, engine.model, engine.model.fps, context.signal);
  const once = (paradigm: Paradigm) => play(engine, clip, paradigm, sizes.units, context.signal);
  await once("streamed");
  const rounds: Round[] = [];
  for (let round = 0; round < sizes.rounds; round++) {
    context.progress(round / sizes.rounds, `round ${round + 1} of ${sizes.rounds}`);
    const batch = await once("batch");
    const streamed = await once("streamed");
    const interleaved = await once("interleaved");
    rounds.push({
      vision: batch.seenMs,
      reasoning: batch.wholeMs - batch.seenMs,
      streamed: streamed.wholeMs,
      interleaved: interleaved.wholeMs,
    });
  }
  const all = (part: (round: Round) => number) => rounds.map(part);
  const slower = all(({ vision, reasoning }) => Math.max(vision, reasoning));
  const sum = all(({ vision, reasoning }) => vision + reasoning);
  const perUnit = (part: (round: Round) => number): Spread =>
    spread(all((round) => part(round) / sizes.units));
  const streamed = pairedRatios(
    all((round) => round.streamed),
    slower,
  );
  const interleaved = pairedRatios(
    all((round) => round.interleaved),
    sum,
  );
  const gain = pairedRatios(
    all((round) => round.interleaved),
    all((round) => round.streamed),
  );
  const hidden = spread(
    rounds.map((round, i) => (sum[i]! - round.streamed) / Math.min(round.vision, round.reasoning)),
  );
  return {
    tables: [
      targetTable("Targets", [
        {
          what: "streamed / the slower of vision alone and reasoning alone",
          measured: streamed,
          atMost: 1.15,
        },
      ]),
      {
        title: "Wall time of a unit (ms)",
        columns: ["", "ms a unit"],
        rows: [
          ["vision alone", perUnit(({ vision }) => vision)],
          ["reasoning alone", perUnit(({ reasoning }) => reasoning)],
          ["streamed", perUnit((round) => round.streamed)],
          ["interleaved", perUnit((round) => round.interleaved)],
        ],
      },
      {
        title: "Ratios",
        columns: ["", "ratio"],
        rows: [
          ["interleaved / the sum of both", interleaved],
          ["interleaved / streamed", gain],
          ["share of the shorter half that is hidden behind the longer", hidden],
        ],
      },
    ],
    plots: [
      {
        name: "wall-time",
        title: "Wall time of a unit",
        kind: "bar",
        x: { title: "" },
        y: { title: "ms a unit", min: 0 },
        categories: ["vision alone", "reasoning alone", "streamed", "interleaved"],
        series: [
          {
            name: "a unit",
            points: [
              [0, perUnit(({ vision }) => vision)],
              [1, perUnit(({ reasoning }) => reasoning)],
              [2, perUnit((round) => round.streamed)],
              [3, perUnit((round) => round.interleaved)],
            ],
          },
        ],
      },
    ],
    figures: { sizes, rounds, streamed, interleaved, gain, hidden },
    notes: [],
  };
}

/** Wall time of a whole stream, and of it until the last unit was seen (ms). */
async function play(engine: Engine, clip: Clip, paradigm: Paradigm, units: number, signal: AbortSignal) {
  const stream = engine.openStream({ paradigm, stillLevels: null });
  const record = new StreamRecord(stream);
  let seenAtMs = Number.NaN;
  stream.events$.subscribe((event) => {
    if (event.type === "unit.seen") seenAtMs = performance.now();
  });
  const startedAtMs = performance.now();
  await feed(stream, clip, { from: 0, to: units * engine.model.framesPerUnit }, signal);
  stream.end();
  await record.ended(signal);
  return { seenMs: seenAtMs - startedAtMs, wholeMs: record.endedAtMs - startedAtMs };
}
