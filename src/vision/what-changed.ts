import { cellsIn, changedRegions, type Region, withHalo } from "./changed-regions.ts";
import { noiseBound } from "./picture-noise.ts";

/** Cells around a changed region that are encoded with it, because features depend on what is beside them. */
export const HALO_CELLS = 2;

/** Where so much of the picture would be encoded, all of it is: that costs hardly more, and is exact. */
const MOST_SHARE = 0.6;

/** After so many units (4 s) all of the picture is encoded, so that no error stays longer. */
export const MOST_UNITS = 8;

/** What a level (of 0..255) is in the encoder's channels: the frame, its change, its difference from the background. */
const LEVEL = [2 / 255, 4 / 255, 4 / 255] as const;

/** The sizes of an encoder's grid. */
export interface FeatureGrid {
  /** Cells of a side. */
  readonly cells: number;
  /** Squares of a side of a cell. */
  readonly squares: number;
}

/**
 * The regions of a frame that must be encoded, because they differ from what was encoded there; null: all of it.
 *
 * @param before means of the channels by squares, each from when its cell was encoded last, and the units since all were
 * @param squares means of the frame's channels, `[9, squares, squares]`
 * @param levels greatest change of a square's mean (of 0..255) that counts as none in a picture without noise
 */
export function regionsToEncode(
  before: { readonly squares: Float32Array; readonly units: number } | null,
  squares: Float32Array,
  { grid, levels, halo = HALO_CELLS }: { grid: FeatureGrid; levels: number; halo?: number },
): Region[] | null {
  if (before === null || before.units >= MOST_UNITS) return null;
  const changed = changedCells(before.squares, squares, grid, levels);
  const regions = changedRegions(changed, grid.cells, halo);
  const cells = regions.reduce((sum, region) => sum + cellsIn(withHalo(region, halo, grid.cells)), 0);
  return cells > MOST_SHARE * grid.cells ** 2 ? null : regions;
}

/** Whether any square of a cell differs by more than the noise, in any of the channels, `[cells, cells]`. */
function changedCells(
  before: Float32Array,
  now: Float32Array,
  { cells, squares }: FeatureGrid,
  levels: number,
): boolean[] {
  const changed = new Array<boolean>(cells ** 2).fill(false);
  const side = cells * squares;
  const changes = new Float32Array(now.length / LEVEL.length);
  LEVEL.forEach((level, group) => {
    const first = group * changes.length;
    for (let i = 0; i < changes.length; i++)
      changes[i] = Math.abs(now[first + i]! - before[first + i]!) / level;
    const bound = noiseBound(changes, levels);
    for (let i = 0; i < changes.length; i++) {
      if (changes[i]! <= bound) continue;
      const [y, x] = [Math.floor(i / side) % side, i % side];
      changed[Math.floor(y / squares) * cells + Math.floor(x / squares)] = true;
    }
  });
  return changed;
}
