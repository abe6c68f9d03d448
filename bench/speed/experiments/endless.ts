import type { Engine, EngineStream } from "../../../src/engine/mod.ts";
import { StreamWatch } from "../../lib/stream-watch.ts";
import { withEngine } from "../../lib/with-engine.ts";
import { Camera, feed } from "../camera.ts";
import { type Clip, loadClip } from "../clip.ts";
import { EnduranceLog } from "../endurance-log.ts";
import type { Experiment, ExperimentContext, Report } from "../experiment.ts";
import { runIntervals } from "../interval-runner.ts";
import { type EndlessSizes, enduranceReport } from "./endless-report.ts";
import { compareAges, type OldAndYoung } from "./old-and-young.ts";

const SIZES: EndlessSizes = { fps: 2, hours: 2, buckets: 40, pairs: 12, pairUnits: 60 };
const LONG_SIZES: EndlessSizes = { ...SIZES, hours: 24, pairs: 24 };

/** Hours of stream, as fast as the engine takes them. */
export function endless(sizes: Partial<EndlessSizes> = {}): Experiment {
  return {
    name: "endless",
    title: "A stream that does not end",
    about: [
      "One stream of 2 frames a second, pushed as fast as the engine takes it without a drop: 2 hours of stream,",
      "24 with `--long`. It is cut into parts of equal length, each with the latency of its units and the memory",
      "of the process. Anything that grows with the stream's length shows in the ratio of the last part to the",
      "first after warm-up. It also shows in the ratio to a young stream that is run in turn with it on the same",
      "frames; other work on the machine affects both alike. Frames always wait here, so TTFT includes the time",
      "in the queue.",
    ].join(" "),
    run: (context) => run(context, { ...(context.long ? LONG_SIZES : SIZES), ...sizes }, asFastAsTaken),
  };
}

/** An hour of stream in an hour. */
export function endlessRealtime(sizes: Partial<EndlessSizes> = {}): Experiment {
  return {
    name: "endless-realtime",
    title: "An hour at real pace",
    about: [
      "One stream of 2 frames a second by the wall clock, for an hour. It is cut into parts of equal length, and",
      "the last part is compared with the first one after warm-up.",
    ].join(" "),
    onlyLong: true,
    run: (context) => run(context, { ...SIZES, hours: 1, buckets: 20, pairs: 0, ...sizes }, byWallClock),
  };
}

interface Feeding {
  readonly engine: Engine;
  readonly stream: EngineStream;
  readonly clip: Clip;
  readonly units: number;
  readonly sizes: EndlessSizes;
  readonly signal: AbortSignal;
}

/** Units of a part: whole loops of the clip where it is longer than one, so that all parts show the same. */
function wholeLoops(units: number, loop: number): number {
  const loops = Math.round(units / loop);
  return Math.max(1, Math.floor(loops < 1 ? units : loops * loop));
}

/** Gives the stream all its units; returns how it compared with young ones meanwhile. */
type Push = (feeding: Feeding) => Promise<OldAndYoung[]>;

async function run(context: ExperimentContext, sizes: EndlessSizes, push: Push): Promise<Report> {
  const { fps, hours, buckets } = sizes;
  const { signal } = context;
  return await withEngine(context, async (engine) => {
    const { framesPerUnit } = engine.model;
    const clip = await loadClip(context.clip, engine.model, fps, signal);
    const stream = engine.openStream();
    const units = Math.floor((hours * 3600 * fps) / framesPerUnit);
    const unitsPerBucket = wholeLoops(units / buckets, clip.length / framesPerUnit);
    const full = Math.max(1, Math.round(units / unitsPerBucket));
    const log = new EnduranceLog(unitsPerBucket, (done) =>
      context.progress(done / full, `hour ${((hours * done) / full).toFixed(1)} of ${hours}`),
    );
    const watch = new StreamWatch(stream, (event) => log.note(event));
    const pairs = await push({ engine, stream, clip, units: unitsPerBucket * full, sizes, signal });
    stream.end();
    await watch.ended(signal);
    const unitHours = framesPerUnit / fps / 3600;
    const { buckets: parts, still } = log;
    return enduranceReport({
      sizes,
      unitsPerBucket,
      unitHours,
      buckets: parts,
      pairs,
      still,
      totals: stream.totals,
    });
  });
}

const asFastAsTaken: Push = async ({ engine, stream, clip, units, sizes: { pairs, pairUnits }, signal }) => {
  const { framesPerUnit } = engine.model;
  const compared: OldAndYoung[] = [];
  let fed = 0;
  const feedUntil = async (unit: number) => {
    await feed(stream, clip, { from: fed * framesPerUnit, to: unit * framesPerUnit }, signal);
    fed = unit;
  };
  for (let pair = 1; pair <= pairs; pair++) {
    await feedUntil(Math.floor((units * pair) / pairs) - pairUnits);
    compared.push(
      await compareAges({
        engine,
        stream,
        clip,
        from: fed,
        units: pairUnits,
        oldFirst: pair % 2 === 0,
        signal,
      }),
    );
    fed += pairUnits;
  }
  await feedUntil(units);
  return compared;
};

const byWallClock: Push = async ({ engine, stream, clip, units, signal }) => {
  const camera = new Camera({
    stream,
    clip,
    frames: units * engine.model.framesPerUnit,
    startAtMs: performance.now(),
    intervalMs: 1000 / clip.fps,
  });
  await runIntervals([camera], Number.POSITIVE_INFINITY, signal);
  return [];
};
