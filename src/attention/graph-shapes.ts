import type { InferenceSession } from "onnxruntime-node";
import { type BundleManifest, ModelError, type StackShape, stackShape } from "../models/mod.ts";

/** The size that an axis must have, and the fields of bundle.json that say so. Null: it must take any number. */
export type Axis = { readonly size: number; readonly field: string } | null;

/** Axes of a graph's inputs and outputs, by name. */
export type GraphShapes = Readonly<Record<string, readonly Axis[]>>;

/** The encoder's channels: RGB of the frame, of its change since the last one, of its difference from the background. */
export const ENCODER_CHANNELS = 9;

/** What bundle.json says of the graphs of a stack. */
export function stackShapes({ width, widthField, heads, kv, vocabulary }: StackShape): GraphShapes {
  const hidden = { size: width, field: widthField };
  const headWidth = "transformer.head_width";
  return {
    tokens: [null],
    x: [null, hidden],
    deep: [null, hidden],
    read: [null, { size: heads * kv.headWidth, field: `transformer.heads × ${headWidth}` }],
    x_out: [null, hidden],
    qkv: [
      null,
      {
        size: (heads + 2 * kv.heads) * kv.headWidth,
        field: `(heads + 2 × heads of keys and values) × ${headWidth}`,
      },
    ],
    logits: [null, { size: vocabulary, field: "transformer.vocabulary" }],
  };
}

/** What bundle.json says of the image encoder's graph. */
export function encoderShapes(manifest: BundleManifest): GraphShapes {
  const { vision } = manifest;
  const axis = (field: keyof typeof vision) => ({ size: vision[field], field: `vision.${field}` });
  const picture = [null, { size: 3, field: "RGB" }, axis("height"), axis("width")];
  return {
    frames: [null, axis("frames_per_unit"), axis("height"), axis("width"), { size: 3, field: "RGB" }],
    seconds: [null, axis("frames_per_unit")],
    previous: picture,
    background: picture,
    seen: [null],
    x: [null, axis("tokens_per_unit"), stackShapes(stackShape(manifest)).x![1]!],
    previous_out: picture,
    background_out: picture,
    seen_out: [null],
    foreground: [null, axis("frames_per_unit"), axis("grid"), axis("grid")],
  };
}

/**
 * What bundle.json says of the four graphs of the eyes.
 *
 * @param features of a cell, as the graph that reads them last takes them
 */
export function eyesShapes(
  manifest: BundleManifest,
  features: number,
): Readonly<Record<"look" | "encode" | "settle" | "gather", GraphShapes>> {
  const { x, previous_out, seen } = encoderShapes(manifest) as Record<string, readonly Axis[]>;
  const { vision } = manifest;
  const axis = (field: keyof typeof vision) => ({ size: vision[field], field: `vision.${field}` });
  const rgb = { size: 3, field: "RGB" };
  const frame = [null, axis("height"), axis("width"), rgb];
  const grid = [axis("grid"), axis("grid")];
  const channels = { size: ENCODER_CHANNELS, field: "the number of the encoder's channels" };
  const cell = { size: features, field: "the number of features that graphs.eyes.gather reads" };
  const common = { frame, background: previous_out!, seen: seen! };
  return {
    look: { ...common, previous: frame },
    encode: { channels: [null, channels, null, null], features: [null, cell, null, null] },
    settle: { ...common, features: [null, cell, ...grid], seconds: [null], background_out: previous_out! },
    gather: { features: [null, axis("frames_per_unit"), cell, ...grid], x: x! },
  };
}

/**
 * Checks the inputs and outputs of a graph. An axis of which the graph says no size fits.
 *
 * @throws {ModelError} `graph_mismatch`, which names the graph's file and the field of bundle.json
 */
export function requireShapes(session: InferenceSession, path: string, shapes: GraphShapes): void {
  for (const value of [...session.inputMetadata, ...session.outputMetadata]) {
    const axes = shapes[value.name];
    if (axes === undefined || !value.isTensor || value.shape.length === 0) continue;
    const shown = `${path} has ${value.name} as [${value.shape.join(", ")}]`;
    if (value.shape.length !== axes.length) throw mismatch(`${shown}, and it must have ${axes.length} axes.`);
    value.shape.forEach((size, i) => {
      const axis = axes[i]!;
      if (typeof size === "string" || size < 0) return;
      if (axis === null) throw mismatch(`${shown}, and axis ${i} must take any number.`);
      if (axis.size !== size) throw mismatch(`${shown}, and in bundle.json ${axis.field} is ${axis.size}.`);
    });
  }
}

function mismatch(what: string): ModelError {
  return new ModelError("graph_mismatch", `${what} Correct bundle.json, or export the bundle again.`);
}
