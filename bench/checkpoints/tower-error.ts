import { join } from "node:path";
import {
  type Checkpoint,
  convertCheckpoint,
  familyRuntime,
  loadModel,
  type WeightWidth,
} from "../../src/models/mod.ts";
import { openTower } from "../../src/vision/mod.ts";
import { movingPictures } from "./moving-pictures.ts";

export interface TowerErrorOptions {
  /** Folder of the checkpoint, in the layout of the Hugging Face hub. */
  readonly checkpoint: string;
  /** An empty folder, for both bundles. */
  readonly scratch: string;
  readonly threads: number;
  readonly signal: AbortSignal;
}

/** How far the features of a tower with 8 bits, as bundles of 8 and 4 bits have it, are from those with 32. */
export interface TowerError {
  /** Side of the pictures (px). */
  readonly side: number;
  /** Length of the difference, relative to that of the features with 32 bits. */
  readonly relative: number;
}

/** Compares the features of a checkpoint's vision tower in whole numbers of 8 bits with those of 32 bits. */
export async function towerError(options: TowerErrorOptions): Promise<TowerError[]> {
  const [exact, narrow] = [await featuresOf(options, "fp32"), await featuresOf(options, "q8")];
  return [...exact].map(([side, expected]) => {
    const actual = narrow.get(side)!;
    const difference = expected.map((value, i) => value - actual[i]!);
    return { side, relative: length(difference) / length(expected) };
  });
}

async function featuresOf(
  { checkpoint: source, scratch, threads, signal }: TowerErrorOptions,
  weights: WeightWidth,
): Promise<Map<number, Float32Array>> {
  const target = join(scratch, weights);
  await convertCheckpoint({ source, target, weights, signal });
  const checkpoint = (await loadModel(target)) as Checkpoint;
  const { manifest } = checkpoint;
  const vision = familyRuntime(manifest.family).vision(manifest)!;
  const tower = await openTower(checkpoint, threads);
  const stream = tower.openStream({ windowUnits: 1, positions: null, stillLevels: null, unitMs: 1000 });
  const features = new Map<number, Float32Array>();
  for (const [index, side] of manifest.vision!.sides.entries()) {
    signal.throwIfAborted();
    const size = vision.frameSize({ width: side, height: side }, side);
    const pictures = movingPictures(size.width, size.height).slice(0, vision.framesPerUnit);
    const unit = {
      ...{ unit: index, mediaTimeMs: 1000 * index, seconds: pictures.map(() => 1), size },
      frames: Buffer.concat(pictures.map(({ data }) => data)),
    };
    const [seen] = await tower.run([{ vision: stream, unit }], () => performance.now());
    features.set(side, (seen!.unit as { x: Float32Array }).x);
  }
  return features;
}

function length(values: Float32Array): number {
  return Math.sqrt(values.reduce((sum, value) => sum + value * value, 0));
}
