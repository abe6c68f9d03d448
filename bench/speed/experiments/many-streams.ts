import type { Engine } from "../../../src/engine/mod.ts";
import { loadClip } from "../clip.ts";
import type { ExperimentContext } from "../experiment.ts";
import { Fleet, type FleetFigures, type FrameBalance } from "../fleet.ts";

export interface StreamSizes {
  /** Frames a second of each stream. */
  readonly fps: number;
  /** Streams of the first step; each next one has twice as many. */
  readonly first: number;
  /** No more than these are tried. */
  readonly most: number;
  /** How often the gap between what held and what did not is halved. */
  readonly refinements: number;
  readonly warmUpMs: number;
  readonly stepMs: number;
  /** How long there are too many: until queues are full takes a while. */
  readonly overMs: number;
  /** TTFT p99 that must hold (ms). */
  readonly limitMs: number;
}

export interface StreamsFigures {
  readonly steps: readonly FleetFigures[];
  /** The largest number of streams that held; 0 when none did. */
  readonly held: number;
  /** The smallest that did not; null when all did. */
  readonly failed: number | null;
  /** Half of what held, then half as many again as held, then back to half: on one engine, the same streams. */
  readonly before: FleetFigures;
  readonly over: FleetFigures;
  /** All frames of the streams that were ended after the overload. */
  readonly overFrames: FrameBalance;
  /** How long those took to think about what still waited when no more came (ms). */
  readonly drainedMs: number;
  readonly after: FleetFigures;
}

/** Whether streams were served in time and without a loss. */
export function holds({ ttft, framesDropped }: FleetFigures, limitMs: number): boolean {
  return ttft.p99 <= limitMs && framesDropped === 0;
}

/** More and more streams until they are too many; then too many on purpose, and back. */
export async function measureStreams(
  engine: Engine,
  context: ExperimentContext,
  sizes: StreamSizes,
  progress: (fraction: number, text: string) => void,
): Promise<StreamsFigures> {
  const { signal } = context;
  const { warmUpMs, stepMs, limitMs } = sizes;
  const clip = await loadClip(context.clip, engine.model, sizes.fps, signal);
  // The ramp's length is not known beforehand: this many steps at most.
  const most = Math.ceil(Math.log2(sizes.most / sizes.first)) + 2 * (1 + sizes.refinements) + 3;
  let done = 0;
  const step = async (fleet: Fleet, streams: number): Promise<FleetFigures> => {
    progress(done++ / most, `${streams} streams`);
    await fleet.resize(streams);
    await fleet.run(warmUpMs);
    return await fleet.measure(stepMs);
  };

  const steps: FleetFigures[] = [];
  let held = 0;
  let failed: number | null = null;
  const tryOut = async (fleet: Fleet, streams: number) => {
    // What else a machine does may spoil a try; what is too much spoils every one.
    for (let attempt = 0; attempt < 2; attempt++) {
      const figures = await step(fleet, streams);
      steps.push(figures);
      if (holds(figures, limitMs)) {
        held = streams;
        return;
      }
    }
    failed = streams;
  };
  const ramp = new Fleet(engine, clip, signal);
  for (let streams = sizes.first; failed === null && streams <= sizes.most; streams *= 2)
    await tryOut(ramp, streams);
  await ramp.resize(0);
  for (let i = 0; i < sizes.refinements && failed !== null && failed - held > 1; i++) {
    const fresh = new Fleet(engine, clip, signal);
    await tryOut(fresh, Math.round((held + failed) / 2));
    await fresh.resize(0);
  }

  const half = Math.max(1, Math.floor(held / 2));
  const fleet = new Fleet(engine, clip, signal);
  const before = await step(fleet, half);
  const tooMany = Math.max(half + 1, Math.ceil(1.5 * held));
  progress(done++ / most, `${tooMany} streams`);
  await fleet.resize(tooMany);
  const over = await fleet.measure(sizes.overMs);
  progress(done++ / most, `${half} streams`);
  // Those that stay go on while the others end, which think about what still waits: a camera does not wait.
  const [overFrames, drainedMs] = await fleet.whileEnding(half);
  await fleet.run(warmUpMs);
  const after = await fleet.measure(stepMs);
  await fleet.resize(0);
  steps.sort((a, b) => a.streams - b.streams);
  return { steps, held, failed, before, over, overFrames, drainedMs, after };
}
