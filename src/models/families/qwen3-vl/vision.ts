import type { PictureSize, TowerInput, UnitLayout, UnitToLayOut } from "../family.ts";
import { gridOf } from "../patches.ts";
import { QwenVision, type VisionManifest } from "../qwen-vision.ts";
import { learnedPositions } from "./learned-positions.ts";

/** Seconds with one decimal, as Python's `.1f`: a time right between two decimals goes to the even one. */
function oneDecimal(seconds: number): string {
  const quarters = seconds * 4;
  // Only x.25 and x.75 lie right between two decimals and are exact in binary.
  if (Number.isInteger(quarters) && quarters % 2 !== 0) {
    const below = Math.floor(seconds * 10);
    return ((below % 2 === 0 ? below : below + 1) / 10).toFixed(1);
  }
  return seconds.toFixed(1);
}

/**
 * Qwen3-VL: each unit has its time before it as text and its own start and end:
 *
 * `<1.0 seconds>` `<|vision_start|>` visual tokens `<|vision_end|>`
 *
 * The time is the middle between those of its first and its last frame. M-RoPE: text counts on all axes at once. The
 * visual token in row r and column c is at `[p, p + r, p + c]`, where p is the position behind `<|vision_start|>`; what
 * follows begins at `p + max(rows, columns)`. Time has no axis of its own, so a unit's positions are those of an image,
 * and `end` is one number. A stream whose units all fit equals `get_rope_index` for one video of the same frames.
 *
 * The tokens are those of the checkpoints' own code, in which the frames stand for `<|vision_start|><|video_pad|>
 * <|vision_end|>` of the chat template. (The processor of transformers 5.19 leaves one more start and end around them.)
 */
export class Qwen3Vision extends QwenVision {
  readonly placeholder = {
    content: { type: "video" },
    rendered: "<|vision_start|><|video_pad|><|vision_end|>",
  };
  /** Side of the table of learned positions (patches). */
  private readonly side: number;

  constructor(manifest: VisionManifest) {
    super(manifest);
    this.side = manifest.vision!.position_side!;
  }

  /** Besides those of all Qwen families `table_indices` and `table_weights` `[patches, 4]` ({@link learnedPositions}). */
  override towerInputs(frames: Uint8Array, size: PictureSize): Readonly<Record<string, TowerInput>> {
    const { rows, columns } = gridOf(size, this.spec.patch);
    const { indices, weights } = learnedPositions(rows, columns, this.spec.merge, this.side);
    const dims = [rows * columns, 4];
    return {
      ...super.towerInputs(frames, size),
      table_indices: { type: "int64", data: indices, dims },
      table_weights: { type: "float32", data: weights, dims },
    };
  }

  layOut(unit: UnitToLayOut, encode: (text: string) => readonly number[]): UnitLayout {
    const time = oneDecimal((unit.seconds + unit.lastSeconds) / 2);
    return this.block(unit, encode(`<${time} seconds><|vision_start|>`), encode("<|vision_end|>"));
  }
}
