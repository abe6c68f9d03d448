import type { Engine, Paradigm, StreamOptions } from "../../../src/engine/mod.ts";
import { mean, spread } from "../../lib/statistics.ts";
import { feed } from "../camera.ts";
import { type Clip, loadClip } from "../clip.ts";
import type { ExperimentContext } from "../experiment.ts";
import { type LiveFigures, runLive } from "../live-run.ts";
import { questionOf, SteadyQuestions } from "../questions.ts";
import { StreamRecord } from "../stream-record.ts";
import { PARADIGMS, type ParadigmSizes } from "./paradigm-sizes.ts";

/** What vision and reasoning cost alone, and what the two orders can take (ms, and units a second). */
export interface Calibration extends Costs {
  /** An answer, while nothing else runs. */
  readonly answerMs: number;
  /** Questions for each unit that make reasoning cost what vision costs. */
  readonly questionsPerUnit: number;
  /** Units a second when frames always wait, load questions asked: each round's. */
  readonly capacity: { readonly interleaved: readonly number[]; readonly streamed: readonly number[] };
}

/** What becomes of a frame that finds others waiting: it waits, too, or the oldest is dropped. */
export type Queue = "waits" | "drops";

/** One load in one order, in each round. */
export interface LoadCell {
  readonly queue: Queue;
  /** Share of the interleaved order's capacity. */
  readonly load: number;
  readonly unitsPerSecond: number;
  /** How many times faster than real time the clip comes. */
  readonly speed: number;
  readonly paradigm: Paradigm;
  readonly runs: readonly LiveFigures[];
}

/** What a unit costs, while nothing else runs (ms, mean). */
export interface Costs {
  readonly encodeMs: number;
  readonly thoughtMs: number;
}

export interface ByLoad {
  readonly calibration: Calibration;
  readonly cells: readonly LoadCell[];
}

/** Units in which nothing moves are encoded, too: each costs vision the same, and reasoning can be made to match. */
const EVERY_UNIT = { stillLevels: null };
/** The longest queue that the engine allows. */
const PATIENT_FRAMES = 1000;
/** Answers that are timed alone. */
const ANSWERS = 10;
/** Units that a stream has thought about before it is asked. */
const UNITS_BEFORE = 20;

/** The clip, ever faster, in each order in turn; as many questions meanwhile as balance vision and reasoning. */
export async function measureByLoad(
  engine: Engine,
  context: ExperimentContext,
  sizes: ParadigmSizes,
  progress: (fraction: number, text: string) => void,
): Promise<ByLoad> {
  const { signal } = context;
  const { framesPerUnit } = engine.model;
  const clip = await loadClip(context.clip, engine.model, engine.model.fps, signal);
  progress(0, "vision and reasoning alone");
  const calibration = await calibrate(engine, clip, sizes, signal);
  const full = spread(calibration.capacity.interleaved).median;
  const nominal = engine.model.fps / framesPerUnit;
  const cellsOf = (queue: Queue, loads: readonly number[], orders: readonly Paradigm[]) =>
    loads.flatMap((load) =>
      orders.map((paradigm) => {
        const unitsPerSecond = load * full;
        const speed = unitsPerSecond / nominal;
        return { queue, load, unitsPerSecond, speed, paradigm, runs: [] as LiveFigures[] };
      }),
    );
  const cells = [
    ...cellsOf("waits", sizes.loads, PARADIGMS),
    // The batch order's thinking waits anyway: its queue does not fill.
    ...cellsOf("drops", sizes.dropLoads, ["streamed", "interleaved"]),
  ];
  const passes = sizes.loadRounds * cells.length;
  for (let pass = 0; pass < passes; pass++) {
    const cell = cells[pass % cells.length]!;
    const round = 1 + Math.floor(pass / cells.length);
    progress(
      0.1 + (0.9 * pass) / passes,
      `load ${cell.load}, ${cell.queue === "waits" ? "frames wait" : "frames drop"}, ${cell.paradigm}, round ${round} of ${sizes.loadRounds}`,
    );
    const [figures] = await runLive(
      engine,
      [
        {
          stream: {
            paradigm: cell.paradigm,
            ...EVERY_UNIT,
            ...(cell.queue === "waits" ? { maxInflightFrames: PATIENT_FRAMES } : {}),
          },
          clip,
          frames: sizes.units * framesPerUnit,
          intervalMs: 1000 / (cell.unitsPerSecond * framesPerUnit),
          questionsPerUnit: calibration.questionsPerUnit,
        },
      ],
      signal,
    );
    cell.runs.push(figures!);
  }
  return { calibration, cells };
}

async function calibrate(
  engine: Engine,
  clip: Clip,
  { units, loadRounds }: ParadigmSizes,
  signal: AbortSignal,
): Promise<Calibration> {
  const { encodeMs, thoughtMs } = await costs(engine, clip, units, EVERY_UNIT, signal);
  const answerMs = await answersAlone(engine, clip, signal);
  const questionsPerUnit = Math.max(0, (encodeMs - thoughtMs) / answerMs);
  const capacity = { interleaved: [] as number[], streamed: [] as number[] };
  for (let round = 0; round < loadRounds; round++)
    for (const paradigm of ["streamed", "interleaved"] as const) {
      const stream = { paradigm, ...EVERY_UNIT };
      const { unitsPerSecond } = await asFastAsTaken(engine, clip, stream, units, questionsPerUnit, signal);
      capacity[paradigm].push(unitsPerSecond);
    }
  return { encodeMs, thoughtMs, answerMs, questionsPerUnit, capacity };
}

/** What a unit of the clip costs on an engine as it is, in strict turn. */
export async function costsAlone(
  engine: Engine,
  { clip, signal }: ExperimentContext,
  { units }: ParadigmSizes,
): Promise<Costs> {
  return await costs(engine, await loadClip(clip, engine.model, engine.model.fps, signal), units, {}, signal);
}

async function costs(
  engine: Engine,
  clip: Clip,
  units: number,
  options: StreamOptions,
  signal: AbortSignal,
): Promise<Costs> {
  const inTurn = { ...options, paradigm: "interleaved" } as const;
  const { record } = await asFastAsTaken(engine, clip, inTurn, units, 0, signal);
  return {
    encodeMs: mean(record.encodedMs),
    thoughtMs: mean(record.thoughts.map(({ reasonedMs }) => reasonedMs)),
  };
}

/** A stream whose frames always wait: nothing is dropped, and the slower side sets the pace. */
async function asFastAsTaken(
  engine: Engine,
  clip: Clip,
  options: StreamOptions,
  units: number,
  questionsPerUnit: number,
  signal: AbortSignal,
): Promise<{ record: StreamRecord; unitsPerSecond: number }> {
  const stream = engine.openStream(options);
  const record = new StreamRecord(stream);
  const questions = new SteadyQuestions(record, engine.model, questionsPerUnit);
  const startedAtMs = performance.now();
  await feed(stream, clip, { from: 0, to: units * engine.model.framesPerUnit }, signal, (pushed) =>
    questions.onPushed(pushed),
  );
  stream.end();
  await record.ended(signal);
  return { record, unitsPerSecond: (1000 * units) / (record.endedAtMs - startedAtMs) };
}

/** Mean time of an answer on a stream that stands still, one at a time (ms). */
async function answersAlone(engine: Engine, clip: Clip, signal: AbortSignal): Promise<number> {
  const stream = engine.openStream();
  const record = new StreamRecord(stream);
  await feed(stream, clip, { from: 0, to: UNITS_BEFORE * engine.model.framesPerUnit }, signal);
  await record.until(() => record.thoughts.length >= UNITS_BEFORE, signal);
  const doneMs = [];
  for (let i = 0; i < ANSWERS; i++)
    doneMs.push((await record.answerTo(questionOf(engine.model, i), signal)).doneMs);
  stream.end();
  await record.ended(signal);
  return mean(doneMs);
}
