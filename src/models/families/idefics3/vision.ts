import { largestAxis } from "../../../cache/mod.ts";
import type { CheckpointManifest } from "../../checkpoint-schema.ts";
import type {
  FamilyVision,
  PictureScaling,
  PictureSize,
  TowerInput,
  UnitLayout,
  UnitToLayOut,
  VideoWindow,
} from "../family.ts";
import { numberWords } from "../number-words.ts";
import { gridOf, type PatchSpec, patchify, placesInOrder } from "../patches.ts";

type Manifest = Pick<CheckpointManifest, "vision" | "cache">;

const two = (number: number): string => String(number).padStart(2, "0");

/**
 * SmolVLM and SmolVLM2 (Idefics3) on video, as their processor does it in transformers: frames are not split, each is
 * made square, and each has its time before it as text. A unit is one frame:
 *
 * `\nFrame from 00:01:` `<fake_token_around_image>` `<global-img>` visual tokens `<fake_token_around_image>`
 *
 * Positions count tokens, as in text. So a stream whose units all fit equals the processor's tokens for one video.
 */
export class Idefics3Vision implements FamilyVision {
  readonly framesPerUnit = 1;
  readonly outro = "\n\n";
  /** As text: the templates of most of these checkpoints know no video. */
  readonly placeholder = { content: { type: "text", text: "<video>" }, rendered: "<video>" };
  private readonly spec: PatchSpec;
  /** Side of the table of learned positions (patches). */
  private readonly side: number;

  constructor({ vision }: Manifest) {
    const { patch, merge, mean, std, sides, position_side } = vision!;
    this.spec = { patch, merge, temporal: 1, mean, std };
    this.side = position_side ?? Math.floor(sides[0]! / patch);
  }

  /**
   * The processor writes how many frames the video has and how long it is. An endless stream has neither, so this says
   * it of what the window holds when it is full.
   */
  intro({ units, unitMs }: VideoWindow): string {
    const duration = Math.floor((units * unitMs) / 1000);
    const minutes = Math.floor(duration / 60);
    const length = `${Math.floor(minutes / 60)}:${two(minutes % 60)}:${two(duration % 60)}`;
    return `You are provided the following series of ${numberWords(units)} frames from a ${length} [H:MM:SS] video.\n`;
  }

  /** A square. Pixels that do not fill a patch at the right and lower edges are not looked at (384 px, patches of 14). */
  frameSize(_source: PictureSize, maxSide: number): PictureSize {
    const { patch, merge } = this.spec;
    if (Math.floor(maxSide / patch) % merge === 0) return { width: maxSide, height: maxSide };
    const side = Math.max(1, Math.floor(maxSide / (patch * merge))) * patch * merge;
    return { width: side, height: side };
  }

  /** First in its proportions, its longest side at once as long as it will be; then to a square. */
  scaling({ width, height }: PictureSize, maxSide: number): PictureScaling {
    const side = this.frameSize({ width, height }, maxSide).width;
    // The processor rounds the shorter side down, and then up to an even number.
    const aspect = width / height;
    const shorter = Math.floor(width >= height ? side / aspect : side * aspect);
    const even = Math.max(1, shorter + (shorter % 2));
    const via = width >= height ? { width: side, height: even } : { width: even, height: side };
    return { kernel: "lanczos3", via };
  }

  visualTokens(size: PictureSize): number {
    const { patch, merge } = this.spec;
    const { rows, columns } = gridOf(size, patch);
    return (rows * columns) / (merge * merge);
  }

  /** `patches [1, patches, values]` and `positions [patches]`, the rows of the table of learned positions. */
  towerInputs(frames: Uint8Array, size: PictureSize): Readonly<Record<string, TowerInput>> {
    const { patch, merge } = this.spec;
    const { rows, columns } = gridOf(size, patch);
    const patches = patchify(frames, size, this.spec);
    const count = rows * columns;
    // A smaller picture takes every so manieth row and column of the table. In whole numbers this equals the
    // buckets of fractions in transformers for each size up to the table's own (tried for tables of 12 to 64).
    const place = (index: number, of: number): number => Math.floor((index * this.side) / of);
    const positions = placesInOrder(rows, columns, merge).map(([row, column]) =>
      BigInt(place(row, rows) * this.side + place(column, columns)),
    );
    return {
      patches: { type: "float32", data: patches, dims: [1, count, patches.length / count] },
      positions: { type: "int64", data: BigInt64Array.from(positions), dims: [count] },
    };
  }

  layOut({ size, seconds, start }: UnitToLayOut, encode: (text: string) => readonly number[]): UnitLayout {
    const time = `${two(Math.floor(seconds / 60))}:${two(Math.floor(seconds % 60))}`;
    const tokens = [
      ...encode(`\nFrame from ${time}:<fake_token_around_image><global-img>`),
      ...new Array<null>(this.visualTokens(size)).fill(null),
      ...encode("<fake_token_around_image>"),
    ];
    const first = largestAxis(start);
    return { tokens, positions: tokens.map((_, i) => first + i), end: first + tokens.length };
  }
}
