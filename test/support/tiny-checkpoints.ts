import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { Tokenizer } from "@huggingface/tokenizers";
import type { CheckpointManifest } from "../../src/models/checkpoint-schema.ts";
import { type GoldenTensor, readTensors, tinyCheckpoint } from "./checkpoints.ts";

/** The families whose tiny checkpoints lie in `test/golden/checkpoints`. */
export const SEEING = ["idefics3", "qwen2-vl", "qwen2.5-vl", "qwen3-vl"] as const;

export type SeeingFamily = (typeof SEEING)[number];

/** A long video with a prefix of three tokens and two tokens behind it: `get_rope_index` of transformers. */
export interface LongVideo {
  readonly fps: number;
  readonly units: number;
  /** Patches: rows and columns. */
  readonly grid: readonly [number, number];
  readonly ids: readonly number[];
  /** One list of positions for each axis. */
  readonly positions: readonly [number[], number[], number[]];
}

/** What transformers says of a tiny checkpoint (`make.py`). */
export interface Golden {
  readonly fps: number;
  readonly units: readonly { readonly width: number; readonly height: number }[];
  readonly prompt: {
    readonly messages: readonly object[];
    readonly rendered: string;
    readonly ids: readonly number[];
    readonly frames: number;
    readonly width: number;
    readonly height: number;
    readonly positions?: readonly [number[], number[], number[]];
  };
  readonly text: { readonly ids: readonly number[] };
  readonly long?: readonly LongVideo[];
  /** Of pictures: width, height, and the width and height that the processor scales them to. */
  readonly resized: readonly (readonly [number, number, number, number])[];
  readonly tensors: ReadonlyMap<string, GoldenTensor>;
}

export async function readGolden(family: SeeingFamily): Promise<Golden> {
  const folder = tinyCheckpoint(family);
  const golden = JSON.parse(await readFile(join(folder, "golden.json"), "utf8"));
  return { ...golden, tensors: await readTensors(join(folder, "golden.safetensors")) };
}

/** The checkpoint's own tokenizer: text with special tokens by name to ids. */
export async function readEncoder(family: SeeingFamily): Promise<(text: string) => number[]> {
  const folder = tinyCheckpoint(family);
  const [model, config] = await Promise.all(
    ["tokenizer.json", "tokenizer_config.json"].map(async (name) =>
      JSON.parse(await readFile(join(folder, name), "utf8")),
    ),
  );
  const tokenizer = new Tokenizer(model, config);
  return (text) => tokenizer.encode(text, { add_special_tokens: false }).ids;
}

const CLIP = {
  mean: [0.48145466, 0.4578275, 0.40821073],
  std: [0.26862954, 0.26130258, 0.27577711],
} satisfies Partial<CheckpointManifest["vision"]>;
const HALF = { mean: [0.5, 0.5, 0.5], std: [0.5, 0.5, 0.5] } satisfies Partial<CheckpointManifest["vision"]>;
const QWEN = { patch: 4, merge: 2, temporal_patch: 2, sides: [64] };

/** The parts of a bundle's manifest that say how its tower looks at pictures. */
export function eyesOf(
  family: SeeingFamily,
  fps: number,
  units = 3,
): Pick<CheckpointManifest, "vision" | "cache"> {
  const vision: Record<SeeingFamily, CheckpointManifest["vision"]> = {
    idefics3: { patch: 4, merge: 3, temporal_patch: 1, sides: [48, 36, 24], position_side: 12, fps, ...HALF },
    "qwen2-vl": { ...QWEN, fps, ...CLIP },
    "qwen2.5-vl": { ...QWEN, fps, ...CLIP, tokens_per_second: 2, window: 4 },
    "qwen3-vl": { ...QWEN, fps, ...HALF, position_side: 6 },
  };
  return {
    vision: vision[family],
    cache: {
      mask: "streamed",
      positions: "contiguous",
      visual_sink_units: 0,
      visual_window_units: units,
      text_window_tokens: 64,
      text_sink_tokens: 64,
    },
  };
}

/** A frame by the formula of `pictures.py`: `[height, width, 3]` bytes. */
export function goldenPicture(frame: number, width: number, height: number): Uint8Array {
  const bytes = new Uint8Array(width * height * 3);
  let at = 0;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      for (let c = 0; c < 3; c++) {
        const edges = (((x >> 2) ^ (y >> 2)) & 1) * 90;
        const texture = ((x * y * (3 + c)) >> 4) * 5;
        bytes[at++] = x * 11 + y * 7 * (c + 1) + frame * 37 + texture + edges;
      }
    }
  }
  return bytes;
}

/** Frames by the formula of `pictures.py`, one after the other. */
export function goldenFrames(first: number, count: number, width: number, height: number): Uint8Array {
  const size = width * height * 3;
  const bytes = new Uint8Array(size * count);
  for (let i = 0; i < count; i++) bytes.set(goldenPicture(first + i, width, height), i * size);
  return bytes;
}

/** The greatest difference between two lists of numbers of one length. */
export function greatestDifference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  if (a.length !== b.length) throw new RangeError(`${a.length} numbers are not ${b.length}.`);
  let greatest = 0;
  for (let i = 0; i < a.length; i++) {
    const difference = Math.abs(a[i]! - b[i]!);
    if (!(difference <= greatest)) greatest = difference;
  }
  return greatest;
}
