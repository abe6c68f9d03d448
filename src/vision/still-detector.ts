/** Side of the squares whose mean colours are compared (px): small enough to see a distant mover, and free of noise. */
const SQUARE_PX = 4;

/**
 * A square's change is noise up to this many times the median square's: 8 medians of normal noise are 5.4 of its
 * standard deviations, and of some thousand squares hardly one goes beyond.
 */
const NOISE_FACTOR = 8;

/** However noisy the median square: beyond this many times `levels` something has changed, if only the light. */
const MOST_NOISE = 3;

export interface StillDetectorOptions {
  readonly width: number;
  readonly height: number;
  /**
   * Change of a square's mean colour that is none in a picture without noise, in levels of 0..255; up to three times
   * as much in a noisy one.
   */
  readonly levels: number;
  /** Most units in a row that are not encoded; then one is, so that the running background keeps up. */
  readonly mostUnits: number;
}

/**
 * Tells whether a unit shows what the last encoded one showed, so that its visual tokens can be used again.
 *
 * Every frame of it must be like the last one that was encoded, and that one must have been like those before it:
 * tokens of a unit in which something stopped still say that it moves. Compared is always with what was encoded, so a
 * slow change adds up until it is seen.
 */
export class StillDetector {
  private reference: Float32Array | null = null;
  /** Whether the last encoded unit was itself like the frame before it. */
  private settled = false;
  private skipped = 0;

  constructor(private readonly options: StillDetectorOptions) {}

  /**
   * @param frames RGB bytes of the unit's frames, `[frames, height, width, 3]`
   * @returns true where the unit need not be encoded; a unit for which it is false is taken as encoded
   */
  judge(frames: Uint8Array): boolean {
    const { width, height, mostUnits, levels } = this.options;
    const size = width * height * 3;
    const means = Array.from({ length: frames.length / size }, (_, i) =>
      this.means(frames.subarray(i * size, (i + 1) * size)),
    );
    const quiet = this.reference !== null && means.every((mean) => alike(mean, this.reference!, levels));
    if (quiet && this.settled && this.skipped < mostUnits) {
      this.skipped++;
      return true;
    }
    this.reference = means.at(-1)!;
    this.settled = quiet;
    this.skipped = 0;
    return false;
  }

  /** Mean of every square and channel. */
  private means(frame: Uint8Array): Float32Array {
    const { width, height } = this.options;
    const across = Math.ceil(width / SQUARE_PX);
    const sums = new Float32Array(across * Math.ceil(height / SQUARE_PX) * 3);
    const counts = new Float32Array(sums.length);
    for (let y = 0, from = 0; y < height; y++) {
      const row = Math.floor(y / SQUARE_PX) * across;
      for (let x = 0; x < width; x++) {
        const at = 3 * (row + Math.floor(x / SQUARE_PX));
        for (let channel = 0; channel < 3; channel++) {
          sums[at + channel]! += frame[from++]!;
          counts[at + channel]!++;
        }
      }
    }
    return sums.map((sum, i) => sum / counts[i]!);
  }
}

/** Whether no square differs by more than the picture's own noise, or than `levels` where there is hardly any. */
function alike(a: Float32Array, b: Float32Array, levels: number): boolean {
  const changes = a.map((x, i) => Math.abs(x - b[i]!)).sort();
  const noise = NOISE_FACTOR * changes[changes.length >> 1]!;
  return changes.at(-1)! <= Math.min(MOST_NOISE * levels, Math.max(levels, noise));
}
