import { largestAxis, type Position } from "../../cache/mod.ts";
import type { CheckpointManifest } from "../checkpoint-schema.ts";
import type {
  FamilyVision,
  PictureScaling,
  PictureSize,
  TowerInput,
  UnitLayout,
  UnitToLayOut,
} from "./family.ts";
import { gridOf, type PatchSpec, patchify, placesInOrder } from "./patches.ts";
import { smartResize } from "./smart-resize.ts";

/** The vision part of a manifest, and nothing else of it. */
export type VisionManifest = { readonly vision: CheckpointManifest["vision"] };

/** Least visual tokens of a picture, as in the published preprocessor_config.json of Qwen2-VL (`min_pixels` 56²). */
const MIN_TOKENS = 4;

/** What Qwen2-VL, Qwen2.5-VL and Qwen3-VL have in common: the sizes and patches of pictures. */
export abstract class QwenVision implements FamilyVision {
  readonly framesPerUnit: number;
  readonly outro = "";
  abstract readonly placeholder: FamilyVision["placeholder"];
  protected readonly spec: PatchSpec;

  constructor({ vision }: VisionManifest) {
    const { patch, merge, temporal_patch, mean, std } = vision!;
    this.spec = { patch, merge, temporal: temporal_patch, mean, std };
    this.framesPerUnit = temporal_patch;
  }

  frameSize(source: PictureSize, maxSide: number): PictureSize {
    const factor = this.spec.patch * this.spec.merge;
    return smartResize(source, factor, maxSide, MIN_TOKENS * factor * factor);
  }

  intro(): string {
    return "";
  }

  scaling(): PictureScaling {
    return { kernel: "cubic" };
  }

  visualTokens(size: PictureSize): number {
    const { rows, columns } = this.mergedGrid(size);
    return rows * columns;
  }

  /** `patches [1, patches, values]` and `places [patches, 2]`: the row and the column of each, for rotation. */
  towerInputs(frames: Uint8Array, size: PictureSize): Readonly<Record<string, TowerInput>> {
    const { patch, merge } = this.spec;
    const { rows, columns } = gridOf(size, patch);
    const count = rows * columns;
    const patches = patchify(frames, size, this.spec);
    const places = Float32Array.from(placesInOrder(rows, columns, merge).flat());
    return {
      patches: { type: "float32", data: patches, dims: [1, count, patches.length / count] },
      places: { type: "float32", data: places, dims: [count, 2] },
    };
  }

  abstract layOut(unit: UnitToLayOut, encode: (text: string) => readonly number[]): UnitLayout;

  /**
   * A unit that is a block of its own, as a picture in a chat is: text, visual tokens, text. All axes of the visual tokens
   * begin behind the text before them, and text goes on behind the larger side of the grid (Qwen2-VL, section 2.1).
   */
  protected block(
    { size, start }: Pick<UnitToLayOut, "size" | "start">,
    opening: readonly number[],
    closing: readonly number[],
  ): UnitLayout {
    const { rows, columns } = this.mergedGrid(size);
    const first = largestAxis(start);
    const picture = first + opening.length;
    const after = picture + Math.max(rows, columns);
    const visual = this.gridPositions(size, [picture, picture, picture]);
    return {
      tokens: [...opening, ...visual.map(() => null), ...closing],
      positions: [...opening.map((_, i) => first + i), ...visual, ...closing.map((_, i) => after + i)],
      end: after + closing.length,
    };
  }

  /** Rows and columns of visual tokens. */
  protected mergedGrid(size: PictureSize): { rows: number; columns: number } {
    return gridOf(size, this.spec.patch * this.spec.merge);
  }

  /** M-RoPE positions of a unit's visual tokens, row by row. */
  protected gridPositions(
    size: PictureSize,
    [time, top, left]: readonly [time: number, row: number, column: number],
  ): Position[] {
    const { rows, columns } = this.mergedGrid(size);
    return Array.from({ length: rows * columns }, (_, i) => {
      return [time, top + Math.floor(i / columns), left + (i % columns)] as const;
    });
  }
}
