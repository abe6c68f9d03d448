import type { InferenceSession } from "onnxruntime-node";
import * as ort from "onnxruntime-node";
import {
  ENCODER_CHANNELS,
  eyesShapes,
  floats,
  joinPieces,
  openGraph,
  outputOf,
  requireShapes,
} from "../attention/mod.ts";
import type { Bundle, EyesPaths } from "../models/mod.ts";
import { FeatureEncoder, type KeptFeatures } from "./feature-encoder.ts";
import type { EncoderInput, EncoderOutput, ImageEncoder } from "./image-encoder.ts";
import { SQUARE_PX } from "./picture-noise.ts";

/** What is kept of a stream from unit to unit. */
export interface PartsState {
  /** RGB bytes of the last frame, `[height, width, 3]`. */
  readonly previous: Uint8Array;
  /** The running background, `[3, height, width]`, 0..1. */
  readonly background: Float32Array;
  /** Frames seen so far. */
  readonly seen: number;
  /** Null before the first frame, and where whole pictures are encoded. */
  readonly kept: KeptFeatures | null;
}

const PARTS = {
  look: [
    ["frame", "previous", "background", "seen"],
    ["channels", "squares", "brighter"],
  ],
  encode: [["channels"], ["features"]],
  settle: [["frame", "background", "brighter", "features", "seen", "seconds"], ["background_out"]],
  gather: [["features"], ["x"]],
} as const;

type Graphs = Readonly<Record<keyof typeof PARTS, InferenceSession>>;

/** Runs an encoder that is four graphs, as bundles of the format 3 have it: so parts of a picture can be encoded alone. */
export class PartsEncoder implements ImageEncoder<PartsState> {
  private constructor(
    private readonly graphs: Graphs,
    private readonly features: FeatureEncoder,
    private readonly bundle: Bundle,
  ) {}

  /** @throws {ModelError} `graph_mismatch` */
  static async open(
    bundle: Bundle,
    paths: Exclude<EyesPaths, string>,
    threads: number,
  ): Promise<PartsEncoder> {
    const open = (name: keyof typeof PARTS) => {
      const [inputs, outputs] = PARTS[name];
      return openGraph(paths[name], threads, inputs, outputs);
    };
    const [look, encode, settle, gather] = await Promise.all([
      open("look"),
      open("encode"),
      open("settle"),
      open("gather"),
    ]);
    const graphs = { look, encode, settle, gather };
    const read = gather.inputMetadata[0]!;
    const depth = Number(read.isTensor ? read.shape[2] : Number.NaN);
    for (const [name, shapes] of Object.entries(eyesShapes(bundle.manifest, depth)))
      requireShapes(graphs[name as keyof Graphs], paths[name as keyof Graphs], shapes);
    const { width, grid } = bundle.manifest.vision;
    const sizes = { cells: grid, squares: width / grid / SQUARE_PX, pixels: width / grid, depth };
    return new PartsEncoder(graphs, new FeatureEncoder(encode, sizes, bundle.changedLevels ?? null), bundle);
  }

  initialState(): PartsState {
    const pixels = this.pixels;
    return { previous: new Uint8Array(pixels), background: new Float32Array(pixels), seen: 0, kept: null };
  }

  async encode(inputs: readonly EncoderInput<PartsState>[]): Promise<EncoderOutput<PartsState>[]> {
    const { frames_per_unit: frames, tokens_per_unit, grid } = this.bundle.manifest.vision;
    const { heads, head_width } = this.bundle.manifest.transformer;
    const batch = inputs.length;
    const seen: Float32Array[][] = inputs.map(() => []);
    let states = inputs.map(({ state }) => state);
    for (let frame = 0; frame < frames; frame++) {
      const outputs = await this.see(inputs, states, frame);
      for (const [i, { features }] of outputs.entries()) seen[i]!.push(features);
      states = outputs.map(({ state }) => state);
    }
    const { depth } = this.features.sizes;
    const features = floats(joinPieces(seen.flat()), batch, frames, depth, grid, grid);
    const out = await this.graphs.gather.run({ features }, ["x"]);
    const size = tokens_per_unit * heads * head_width;
    const x = outputOf(out, "x", batch * size);
    return states.map((state, i) => ({ x: part(x, i, size), state }));
  }

  /** Looks at one frame of each unit. */
  private async see(
    inputs: readonly EncoderInput<PartsState>[],
    states: readonly PartsState[],
    frame: number,
  ): Promise<{ readonly features: Float32Array; readonly state: PartsState }[]> {
    const { width, height } = this.bundle.manifest.vision;
    const [batch, pixels] = [inputs.length, this.pixels];
    // A copy: it is kept, and the unit is not.
    const now = inputs.map(({ unit }) => unit.frames.slice(frame * pixels, (frame + 1) * pixels));
    const bytes = (pieces: readonly Uint8Array[]) =>
      new ort.Tensor("uint8", joinPieces(pieces), [batch, height, width, 3]);
    const numbers = (values: readonly number[]) => floats(Float32Array.from(values), batch);
    const common = {
      frame: bytes(now),
      background: floats(joinPieces(states.map(({ background }) => background)), batch, 3, height, width),
      seen: numbers(states.map(({ seen }) => seen)),
    };
    const previous = bytes(states.map((state) => state.previous));
    const looked = await this.graphs.look.run({ ...common, previous }, [...PARTS.look[1]]);
    const kept = await this.features.encode({
      channels: outputOf(looked, "channels", (batch * ENCODER_CHANNELS * pixels) / 3),
      squares: outputOf(looked, "squares", (batch * ENCODER_CHANNELS * pixels) / 3 / SQUARE_PX ** 2),
      kept: states.map((state) => state.kept),
      beginsUnit: frame === 0,
    });
    const { depth, cells } = this.features.sizes;
    const settled = await this.graphs.settle.run(
      {
        ...common,
        brighter: looked.brighter!,
        features: floats(joinPieces(kept.map(({ features }) => features)), batch, depth, cells, cells),
        seconds: numbers(inputs.map(({ unit }) => unit.seconds[frame]!)),
      },
      ["background_out"],
    );
    const backgrounds = outputOf(settled, "background_out", batch * pixels);
    return states.map(({ seen }, i) => ({
      features: kept[i]!.features,
      state: {
        previous: now[i]!,
        background: part(backgrounds, i, pixels),
        seen: seen + 1,
        kept: this.features.keeps ? kept[i]! : null,
      },
    }));
  }

  /** Numbers of an RGB picture. */
  private get pixels(): number {
    const { width, height } = this.bundle.manifest.vision;
    return 3 * width * height;
  }
}

/** One of some parts of equal length; all of it where there is only one. */
function part(whole: Float32Array, i: number, length: number): Float32Array {
  return whole.length === length ? whole : whole.slice(i * length, (i + 1) * length);
}
