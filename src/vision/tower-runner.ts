import type { InferenceSession } from "onnxruntime-node";
import * as ort from "onnxruntime-node";
import { openGraph, outputOf } from "../attention/mod.ts";
import {
  type Checkpoint,
  type FamilyVision,
  familyRuntime,
  ModelError,
  type PictureSize,
  type TowerInput,
} from "../models/mod.ts";
import type { EncodedUnit, SeeingOptions, TowerSpeed, UnitFrames } from "./messages.ts";
import { TowerStream } from "./tower-stream.ts";
import type { SeenUnit, VisionModel } from "./vision-model.ts";

/** Runs for each size, of which the quickest counts: the first one prepares buffers, and a machine may be busy for a moment. */
const TRIAL_RUNS = 3;

interface TowerOutput {
  readonly x: Float32Array;
  readonly deep: readonly Float32Array[];
}

/** Runs the vision tower of a published checkpoint: the frames of a unit go in, its visual tokens come out. */
export class TowerRunner implements VisionModel<TowerStream> {
  private constructor(
    private readonly graph: InferenceSession,
    private readonly vision: FamilyVision,
    private readonly checkpoint: Checkpoint,
  ) {}

  /** @throws {ModelError} `graph_mismatch`; `bundle_unusable` when the model has no eyes */
  static async open(checkpoint: Checkpoint, threads: number): Promise<TowerRunner> {
    const { manifest, paths, dir } = checkpoint;
    const vision = familyRuntime(manifest.family).vision(manifest);
    if (vision === null || paths.tower === null) {
      const message = `${manifest.id} in ${dir} has no eyes: it is a model for text alone. Choose one that takes pictures.`;
      throw new ModelError("bundle_unusable", message);
    }
    const outputs = Array.from({ length: manifest.transformer.deep_layers }, (_, i) => `deep.${i}`);
    const graph = await openGraph(paths.tower, threads, [], ["x", ...outputs]);
    return new TowerRunner(graph, vision, checkpoint);
  }

  openStream(options: SeeingOptions): TowerStream {
    return new TowerStream(options);
  }

  async run(
    requests: readonly { readonly vision: TowerStream; readonly unit: UnitFrames }[],
    now: () => number,
  ): Promise<SeenUnit[]> {
    const seen: SeenUnit[] = [];
    for (const { vision, unit } of requests) {
      const startedAtMs = now();
      const size = unit.size!;
      const isStill = vision.isStill(unit, size);
      const { x, deep } = isStill ? { x: null, deep: [] } : await this.encode(unit.frames, size);
      const { unit: index, mediaTimeMs } = unit;
      const times = vision.secondsOf(unit);
      const encoded: EncodedUnit = { unit: index, mediaTimeMs, ...times, size, x, deep, startedAtMs };
      const transfer = x === null ? [] : [x, ...deep].map(({ buffer }) => buffer as ArrayBuffer);
      seen.push({ unit: encoded, transfer, report: null });
    }
    return seen;
  }

  /** Its units are kept by the reasoner. */
  readonly cacheBytes = 0;

  /** It keeps no caches, so there is nothing to give back. */
  trim(): boolean {
    return false;
  }

  /** How long it takes for every size that it may be given, on this machine and with as many threads. */
  async measure(): Promise<TowerSpeed[]> {
    const speeds: TowerSpeed[] = [];
    for (const maxSide of this.checkpoint.manifest.vision!.sides) {
      const size = this.vision.frameSize({ width: maxSide, height: maxSide }, maxSide);
      const frames = new Uint8Array(this.vision.framesPerUnit * size.width * size.height * 3).fill(128);
      let ms = Number.POSITIVE_INFINITY;
      for (let run = 0; run < TRIAL_RUNS; run++) {
        const startedAt = performance.now();
        await this.encode(frames, size);
        ms = Math.min(ms, performance.now() - startedAt);
      }
      speeds.push({ side: maxSide, tokens: this.vision.visualTokens(size), ms });
    }
    return speeds;
  }

  /** @throws {ModelError} `graph_mismatch` */
  private async encode(frames: Uint8Array, size: PictureSize): Promise<TowerOutput> {
    const { width, deep_layers } = this.checkpoint.manifest.transformer;
    const inputs = Object.entries(this.vision.towerInputs(frames, size));
    const feeds = Object.fromEntries(inputs.map(([name, input]) => [name, tensorOf(input)]));
    const out = await this.graph.run(feeds);
    const length = this.vision.visualTokens(size) * width;
    const copy = (name: string) => outputOf(out, name, length).slice();
    return { x: copy("x"), deep: Array.from({ length: deep_layers }, (_, i) => copy(`deep.${i}`)) };
  }
}

function tensorOf({ type, data, dims }: TowerInput): ort.Tensor {
  return type === "int64"
    ? new ort.Tensor("int64", data as BigInt64Array, dims)
    : new ort.Tensor("float32", data as Float32Array, dims);
}
