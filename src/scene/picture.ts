/** Cells along each side of the coarse picture on which scenes are compared; a cell is two to three pixels wide. */
export const GRID = 48;

/** Radius of the mean that is subtracted from each cell (cells). What remains is edges and texture, not light. */
const REACH = 3;

/** Neighbouring pixels that differ by at most this belong to one flat area (levels of 0..255). */
const FLAT_LEVELS = 1;

/** A drawn picture has most of its flat areas in so few tones. */
const FEW_TONES = 8;

/** Neighbouring pixels that differ by at least this have an edge between them (levels). */
const SHARP_LEVELS = 24;

/** What the scene monitor keeps of a frame: 40 kB. */
export interface ScenePicture {
  /** Luminance of each cell minus the picture's mean, `[GRID, GRID]` (levels of 0..255). */
  readonly luminance: Float32Array;
  /** Luminance minus the mean around each cell. Light, exposure and soft shadows hardly change it. */
  readonly texture: Float32Array;
  /** Sums of squared texture above and left of each cell's corner, `[GRID + 1, GRID + 1]`. */
  readonly energy: Float64Array;
  /** Mean of the luminance (levels). */
  readonly mean: number;
  /** Its standard deviation over the cells (levels). */
  readonly spread: number;
  /** Root mean square of the texture (levels). */
  readonly detail: number;
  /** Share of pixels that are as bright as their neighbours to the right and below. It is high in drawn pictures. */
  readonly flat: number;
  /** Share of the flat pixels that have one of their eight commonest tones. A real wall is never lit so evenly. */
  readonly tones: number;
  /** Share of pixels that equal their neighbour along the rows or, where that is more, along the columns. */
  readonly ruled: number;
  /** Share of pixels with an edge to their right or below. It is high in text and line drawings. */
  readonly sharp: number;
}

/**
 * Computes the scene picture of one frame.
 *
 * @param frame RGB bytes, `[height, width, 3]`
 */
export function scenePicture(frame: Uint8Array, width: number, height: number): ScenePicture {
  const pixels = brightness(frame, width * height);
  const luminance = coarse(pixels, width, height);
  const cells = GRID * GRID;
  let sum = 0;
  for (let i = 0; i < cells; i++) sum += luminance[i]!;
  const mean = sum / cells;
  let squares = 0;
  for (let i = 0; i < cells; i++) {
    luminance[i] = luminance[i]! - mean;
    squares += luminance[i]! ** 2;
  }
  const texture = withoutMeans(luminance);
  const energy = table(texture, true);
  const detail = Math.sqrt(energy.at(-1)! / cells);
  const spread = Math.sqrt(squares / cells);
  return { luminance, texture, energy, mean, spread, detail, ...edges(pixels, width, height) };
}

/** The sum over a rectangle of cells, from a table of sums: rows `top` to `bottom`, columns `left` to `right`. */
export function sumOf(sums: Float64Array, top: number, left: number, bottom: number, right: number): number {
  const [above, below] = [top * (GRID + 1), bottom * (GRID + 1)];
  return sums[below + right]! - sums[above + right]! - sums[below + left]! + sums[above + left]!;
}

/** Luminance of each pixel (ITU-R BT.601, in 256ths). */
function brightness(frame: Uint8Array, pixels: number): Uint8Array {
  const out = new Uint8Array(pixels);
  for (let i = 0, at = 0; i < pixels; i++, at += 3) {
    out[i] = (77 * frame[at]! + 150 * frame[at + 1]! + 29 * frame[at + 2]!) >> 8;
  }
  return out;
}

function coarse(pixels: Uint8Array, width: number, height: number): Float32Array {
  const cells = new Float32Array(GRID * GRID);
  for (let row = 0; row < GRID; row++) {
    const top = Math.floor((row * height) / GRID);
    const bottom = Math.max(top + 1, Math.floor(((row + 1) * height) / GRID));
    for (let column = 0; column < GRID; column++) {
      const left = Math.floor((column * width) / GRID);
      const right = Math.max(left + 1, Math.floor(((column + 1) * width) / GRID));
      let sum = 0;
      for (let y = top; y < bottom; y++) {
        for (let x = left; x < right; x++) sum += pixels[y * width + x]!;
      }
      cells[row * GRID + column] = sum / ((bottom - top) * (right - left));
    }
  }
  return cells;
}

/** Summed-area table of the cells, or of their squares. */
function table(cells: Float32Array, squared: boolean): Float64Array {
  const sums = new Float64Array((GRID + 1) ** 2);
  for (let row = 0; row < GRID; row++) {
    let line = 0;
    for (let column = 0; column < GRID; column++) {
      const value = cells[row * GRID + column]!;
      line += squared ? value * value : value;
      const at = (row + 1) * (GRID + 1) + column + 1;
      sums[at] = sums[at - GRID - 1]! + line;
    }
  }
  return sums;
}

function withoutMeans(cells: Float32Array): Float32Array {
  const sums = table(cells, false);
  const out = new Float32Array(cells.length);
  for (let row = 0, at = 0; row < GRID; row++) {
    const top = Math.max(0, row - REACH);
    const bottom = Math.min(GRID, row + REACH + 1);
    for (let column = 0; column < GRID; column++, at++) {
      const left = Math.max(0, column - REACH);
      const right = Math.min(GRID, column + REACH + 1);
      const around = sumOf(sums, top, left, bottom, right);
      out[at] = cells[at]! - around / ((bottom - top) * (right - left));
    }
  }
  return out;
}

type Edges = Pick<ScenePicture, "flat" | "tones" | "ruled" | "sharp">;

/** From every other row: a share needs no more. */
function edges(pixels: Uint8Array, width: number, height: number): Edges {
  let [flat, sharp, seen, sameAcross, sameDown] = [0, 0, 0, 0, 0];
  const flatTones = new Uint32Array(256);
  for (let y = 0; y + 1 < height; y += 2) {
    for (let x = 0, at = y * width; x + 1 < width; x++, at++, seen++) {
      const tone = pixels[at]!;
      const across = Math.abs(tone - pixels[at + 1]!);
      const down = Math.abs(tone - pixels[at + width]!);
      if (across === 0) sameAcross++;
      if (down === 0) sameDown++;
      if (across <= FLAT_LEVELS && down <= FLAT_LEVELS) {
        flat++;
        flatTones[tone]!++;
      }
      if (across >= SHARP_LEVELS || down >= SHARP_LEVELS) sharp++;
    }
  }
  const inFewTones = flatTones
    .sort()
    .subarray(-FEW_TONES)
    .reduce((sum, count) => sum + count, 0);
  const share = (count: number) => count / Math.max(1, seen);
  return {
    flat: share(flat),
    tones: inFewTones / Math.max(1, flat),
    ruled: share(Math.max(sameAcross, sameDown)),
    sharp: share(sharp),
  };
}
