import type { InferenceSession } from "onnxruntime-node";
import { ENCODER_CHANNELS, floats, outputOf } from "../attention/mod.ts";
import { type Region, withHalo } from "./changed-regions.ts";
import { cut, paste, scaled } from "./planes.ts";
import { type FeatureGrid, HALO_CELLS, MOST_UNITS, regionsToEncode } from "./what-changed.ts";

/** What was encoded of a stream, and what was seen there when it was. */
export interface KeptFeatures {
  /** `[depth, cells, cells]` */
  readonly features: Float32Array;
  /** Means of the encoder's channels by squares, each from when its cell was encoded last. */
  readonly squares: Float32Array;
  /** Units since all of the picture was encoded. */
  readonly units: number;
}

export interface FeatureSizes extends FeatureGrid {
  /** Side of a cell (px). */
  readonly pixels: number;
  /** Features of a cell. */
  readonly depth: number;
}

/** Frames of different streams, as the encoder sees them, and what is kept of each stream. */
interface SeenFrames {
  /** `[frames, 9, height, width]` */
  readonly channels: Float32Array;
  /** Their means by squares. */
  readonly squares: Float32Array;
  readonly kept: readonly (KeptFeatures | null)[];
  /** Whether these are the first frames of their units. */
  readonly beginsUnit: boolean;
}

/** A part of a picture that is encoded. */
interface Job {
  readonly picture: number;
  /** What of it is pasted. */
  readonly region: Region;
  /** What of it is encoded. */
  readonly frame: Region;
}

/** Most pictures, or parts of one size, that are encoded together. A larger batch saves nothing more. */
const BATCH = 4;

/** Runs the convolutions: on whole pictures, or on those parts that have changed. */
export class FeatureEncoder {
  private streams = 0;

  /** @param levels greatest change that counts as none; null: all of each picture is encoded */
  constructor(
    private readonly graph: InferenceSession,
    readonly sizes: FeatureSizes,
    private readonly levels: number | null,
    private readonly halo = HALO_CELLS,
  ) {}

  /** Whether anything must be kept of a stream. */
  get keeps(): boolean {
    return this.levels !== null;
  }

  /** Features of each frame, in their order. */
  async encode(seen: SeenFrames): Promise<KeptFeatures[]> {
    const { levels, sizes, halo } = this;
    const whole: Region = { top: 0, left: 0, bottom: sizes.cells, right: sizes.cells };
    if (levels === null) return await this.encodeWhole(seen);
    const of = (values: Float32Array, i: number) => {
      const length = values.length / seen.kept.length;
      return values.subarray(i * length, (i + 1) * length);
    };
    const jobs: Job[] = [];
    const after = seen.kept.map((kept, picture): KeptFeatures => {
      const squares = of(seen.squares, picture);
      const units = (kept?.units ?? 0) + Number(seen.beginsUnit);
      const regions = regionsToEncode(kept && { ...kept, units }, squares, { grid: sizes, levels, halo });
      if (kept === null || regions === null) {
        jobs.push({ picture, region: whole, frame: whole });
        return { ...this.blank(squares.length), units: kept === null ? this.phase() : 0 };
      }
      jobs.push(
        ...regions.map((region) => ({ picture, region, frame: withHalo(region, halo, sizes.cells) })),
      );
      return { features: kept.features.slice(), squares: kept.squares.slice(), units };
    });
    const side = sizes.cells * sizes.squares;
    for (const batch of batches(jobs)) {
      const encoded = await this.run(batch, (i) => of(seen.channels, i));
      batch.forEach(({ picture, region, frame }, i) => {
        const { features, squares } = after[picture]!;
        paste(features, sizes.cells, region, encoded[i]!, frame);
        const [from, to] = [of(seen.squares, picture), scaled(region, sizes.squares)];
        paste(squares, side, to, cut(from, side, to), to);
      });
    }
    return after;
  }

  private async encodeWhole({ channels, squares, kept }: SeenFrames): Promise<KeptFeatures[]> {
    const { cells, pixels, depth } = this.sizes;
    const [count, side] = [kept.length, cells * pixels];
    const size = depth * cells ** 2;
    const input = floats(channels, count, ENCODER_CHANNELS, side, side);
    const out = await this.graph.run({ channels: input }, ["features"]);
    const features = outputOf(out, "features", count * size);
    return kept.map((_, i) => ({ features: features.slice(i * size, (i + 1) * size), squares, units: 0 }));
  }

  /** Encodes parts of one size. @returns the features of each, `[depth, height, width]` */
  private async run(
    jobs: readonly Job[],
    channels: (picture: number) => Float32Array,
  ): Promise<Float32Array[]> {
    const { cells, pixels, depth } = this.sizes;
    const { top, left, bottom, right } = jobs[0]!.frame;
    const [height, width] = [bottom - top, right - left];
    const length = ENCODER_CHANNELS * height * width * pixels ** 2;
    const input = new Float32Array(jobs.length * length);
    jobs.forEach(({ picture, frame }, i) => {
      input.set(cut(channels(picture), cells * pixels, scaled(frame, pixels)), i * length);
    });
    const shape = [jobs.length, ENCODER_CHANNELS, height * pixels, width * pixels];
    const out = await this.graph.run({ channels: floats(input, ...shape) }, ["features"]);
    const size = depth * height * width;
    const features = outputOf(out, "features", jobs.length * size);
    return jobs.map((_, i) => features.subarray(i * size, (i + 1) * size));
  }

  private blank(squares: number): Omit<KeptFeatures, "units"> {
    const { depth, cells } = this.sizes;
    return { features: new Float32Array(depth * cells ** 2), squares: new Float32Array(squares) };
  }

  /** Units that a new stream counts as passed, so that streams that begin together are not encoded whole together for ever. */
  private phase(): number {
    return this.streams++ % MOST_UNITS;
  }
}

/** Parts of equal size, a few at a time. */
function batches(jobs: readonly Job[]): Job[][] {
  const bySize = new Map<string, Job[]>();
  for (const job of jobs) {
    const { top, left, bottom, right } = job.frame;
    const size = `${bottom - top}×${right - left}`;
    bySize.set(size, [...(bySize.get(size) ?? []), job]);
  }
  return [...bySize.values()].flatMap((same) =>
    Array.from({ length: Math.ceil(same.length / BATCH) }, (_, i) => same.slice(i * BATCH, (i + 1) * BATCH)),
  );
}
