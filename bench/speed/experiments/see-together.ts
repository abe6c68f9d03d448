import { joinRgb } from "../../../src/ingest/mod.ts";
import { type Bundle, unitMs } from "../../../src/models/mod.ts";
import { openVisionRunner } from "../../../src/vision/mod.ts";
import { median, pairedRatios, type Spread, spread } from "../../lib/statistics.ts";
import type { Table } from "../../lib/table.ts";
import type { Clip } from "../clip.ts";
import { timeInTurn } from "../model-bench.ts";

/** Units of so many streams, seen in one batch. */
export interface TogetherFigures {
  readonly streams: number;
  /** Of the whole batch: how long each of them waits for it. */
  readonly batchMs: Spread;
  /** Units a second against one after the other. */
  readonly gain: Spread;
}

/** Encodes and prefills a unit each of some streams, all of whose windows are full. */
export async function seeTogether(
  bundle: Bundle,
  clip: Clip,
  {
    counts,
    rounds,
    threads,
  }: { readonly counts: readonly number[]; readonly rounds: number; readonly threads: number },
  signal: AbortSignal,
): Promise<TogetherFigures[]> {
  const { vision, cache } = bundle.manifest;
  const runner = await openVisionRunner(bundle, threads);
  const options = { windowUnits: cache.visual_window_units, positions: cache.positions, stillLevels: null };
  const streams = Array.from({ length: Math.max(...counts) }, () => ({
    vision: runner.openStream(options),
    units: 0,
  }));
  const see = async (some: typeof streams) =>
    runner.run(
      await Promise.all(
        some.map(async (stream) => {
          const unit = stream.units++;
          const frames = Array.from({ length: vision.frames_per_unit }, (_, i) =>
            clip.frame(unit * vision.frames_per_unit + i),
          );
          return {
            vision: stream.vision,
            unit: {
              unit,
              mediaTimeMs: (unit + 1) * unitMs(bundle.manifest),
              seconds: frames.map((_, i) => (unit + i === 0 ? 0 : 1 / vision.fps)),
              frames: await joinRgb(frames, vision.width, vision.height),
            },
          };
        }),
      ),
    );
  for (let unit = 0; unit <= cache.visual_window_units; unit++) {
    signal.throwIfAborted();
    await see(streams);
  }
  const times = await timeInTurn(
    counts.map((count) => () => see(streams.slice(0, count))),
    rounds,
    signal,
  );
  const thirds = (values: readonly number[]) =>
    [0, 1, 2].map((part) => median(values.filter((_, i) => Math.floor((3 * i) / values.length) === part)));
  const alone = thirds(times[counts.indexOf(1)]!);
  return counts.map((streamCount, i) => ({
    streams: streamCount,
    batchMs: spread(thirds(times[i]!)),
    gain: pairedRatios(
      alone.map((ms) => ms * streamCount),
      thirds(times[i]!),
    ),
  }));
}

export function togetherTable(figures: readonly TogetherFigures[]): Table {
  return {
    title: "Units of several streams in one vision batch",
    columns: ["streams", "batch (ms)", "units/s, × one after the other"],
    rows: figures.map(({ streams, batchMs, gain }) => [streams, batchMs, gain]),
  };
}
