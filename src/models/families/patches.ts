import type { PictureSize } from "./family.ts";

/** How pictures are cut into the rows that a tower reads. */
export interface PatchSpec {
  /** Side of a patch (px). */
  readonly patch: number;
  /** Side of the square of patches that becomes one visual token (patches). */
  readonly merge: number;
  /** Frames that become one patch. */
  readonly temporal: number;
  /** Of each colour channel, 0..1. */
  readonly mean: readonly number[];
  readonly std: readonly number[];
}

/** Patches of a picture of a size: rows and columns. */
export function gridOf({ width, height }: PictureSize, patch: number): { rows: number; columns: number } {
  return { rows: Math.floor(height / patch), columns: Math.floor(width / patch) };
}

/**
 * Row and column of each patch in the order in which towers read them: block by block of `merge` × `merge` patches,
 * each block row by row. So the patches of one visual token stand side by side.
 */
export function placesInOrder(
  rows: number,
  columns: number,
  merge: number,
): (readonly [row: number, column: number])[] {
  const places: [number, number][] = [];
  for (let top = 0; top < rows; top += merge) {
    for (let left = 0; left < columns; left += merge) {
      for (let i = 0; i < merge * merge; i++) places.push([top + Math.floor(i / merge), left + (i % merge)]);
    }
  }
  return places;
}

/**
 * The normalised value of each byte of each channel: `(byte - 255 mean) / (255 std)` in 32-bit steps, as torchvision
 * does it.
 */
function normalised({ mean, std }: PatchSpec): Float32Array[] {
  return mean.map((m, channel) => {
    const [centre, scale] = [Math.fround(m * 255), Math.fround(std[channel]! * 255)];
    return Float32Array.from({ length: 256 }, (_, byte) => Math.fround(byte - centre) / scale);
  });
}

/**
 * Frames as patches, in the order of {@link placesInOrder}.
 *
 * @param frames RGB bytes of `temporal` frames: `[temporal, height, width, 3]`
 * @returns `[patches, 3 · temporal · patch · patch]`: of a patch first its channels, of a channel its frames
 */
export function patchify(frames: Uint8Array, size: PictureSize, spec: PatchSpec): Float32Array {
  const { patch, merge, temporal } = spec;
  const { width, height } = size;
  const { rows, columns } = gridOf(size, patch);
  if (frames.length !== temporal * height * width * 3) {
    throw new RangeError(
      `${frames.length} bytes are not ${temporal} frames of ${width} × ${height} px. Give 3 bytes a pixel.`,
    );
  }
  if (rows % merge !== 0 || columns % merge !== 0 || rows * columns === 0) {
    throw new RangeError(
      `${width} × ${height} px cannot be cut into squares of ${patch * merge} px. Scale it as frameSize says.`,
    );
  }
  const values = normalised(spec);
  const patches = new Float32Array(rows * columns * 3 * temporal * patch * patch);
  let at = 0;
  for (const [row, column] of placesInOrder(rows, columns, merge)) {
    for (const [channel, of] of values.entries()) {
      for (let frame = 0; frame < temporal; frame++) {
        for (let y = 0; y < patch; y++) {
          let from = ((frame * height + row * patch + y) * width + column * patch) * 3 + channel;
          for (let x = 0; x < patch; x++, from += 3) patches[at++] = of[frames[from]!]!;
        }
      }
    }
  }
  return patches;
}
