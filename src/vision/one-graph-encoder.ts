import type { InferenceSession } from "onnxruntime-node";
import * as ort from "onnxruntime-node";
import { encoderShapes, floats, joinPieces, openGraph, outputOf, requireShapes } from "../attention/mod.ts";
import type { Bundle } from "../models/mod.ts";
import type { EncoderInput, EncoderOutput, ImageEncoder } from "./image-encoder.ts";

/** What the graph keeps of a stream from unit to unit. */
export interface OneGraphState {
  /** The last frame, `[3, height, width]`, 0..1. */
  readonly previous: Float32Array;
  /** The running background, of the same shape. */
  readonly background: Float32Array;
  /** Frames seen so far. */
  readonly seen: number;
}

const OUTPUTS = ["x", "previous_out", "background_out", "seen_out"] as const;

/** Runs an encoder that is one graph, as bundles of the format 2 have it. */
export class OneGraphEncoder implements ImageEncoder<OneGraphState> {
  private constructor(
    private readonly graph: InferenceSession,
    private readonly bundle: Bundle,
  ) {}

  /** @throws {ModelError} `graph_mismatch` */
  static async open(bundle: Bundle, path: string, threads: number): Promise<OneGraphEncoder> {
    const inputs = ["frames", "seconds", "previous", "background", "seen"];
    const graph = await openGraph(path, threads, inputs, OUTPUTS);
    requireShapes(graph, path, encoderShapes(bundle.manifest));
    return new OneGraphEncoder(graph, bundle);
  }

  initialState(): OneGraphState {
    const { width, height } = this.bundle.manifest.vision;
    const pixels = 3 * width * height;
    return { previous: new Float32Array(pixels), background: new Float32Array(pixels), seen: 0 };
  }

  async encode(inputs: readonly EncoderInput<OneGraphState>[]): Promise<EncoderOutput<OneGraphState>[]> {
    const { width, height, frames_per_unit, tokens_per_unit } = this.bundle.manifest.vision;
    const { heads, head_width } = this.bundle.manifest.transformer;
    const batch = inputs.length;
    const picture = [batch, 3, height, width];
    const pixels = 3 * width * height;
    const out = await this.graph.run(
      {
        frames: new ort.Tensor("uint8", joinPieces(inputs.map(({ unit }) => unit.frames)), [
          batch,
          frames_per_unit,
          height,
          width,
          3,
        ]),
        seconds: floats(
          Float32Array.from(inputs.flatMap(({ unit }) => [...unit.seconds])),
          batch,
          frames_per_unit,
        ),
        previous: floats(joinPieces(inputs.map(({ state }) => state.previous)), ...picture),
        background: floats(joinPieces(inputs.map(({ state }) => state.background)), ...picture),
        seen: floats(
          Float32Array.from(inputs, ({ state }) => state.seen),
          batch,
        ),
      },
      [...OUTPUTS],
    );
    const size = tokens_per_unit * heads * head_width;
    const parts = (name: (typeof OUTPUTS)[number], length: number) => {
      const whole = outputOf(out, name, batch * length);
      return (i: number) => (batch === 1 ? whole : whole.slice(i * length, (i + 1) * length));
    };
    const x = parts("x", size);
    const previous = parts("previous_out", pixels);
    const background = parts("background_out", pixels);
    const seen = outputOf(out, "seen_out", batch);
    return inputs.map((_, i) => ({
      x: x(i),
      state: { previous: previous(i), background: background(i), seen: seen[i]! },
    }));
  }
}
