import { noiseBound, SQUARE_PX } from "./picture-noise.ts";

export interface StillDetectorOptions {
  readonly width: number;
  readonly height: number;
  /**
   * Greatest change of a square's mean colour that counts as none in a picture without noise, in levels of 0..255. In
   * a noisy picture it may be up to three times as much.
   */
  readonly levels: number;
  /** Most units in a row that are not encoded. Then one is, so that the encoder's background stays up to date. */
  readonly mostUnits: number;
}

/**
 * Tells whether a unit shows what the last encoded one showed, so that its visual tokens can be used again.
 *
 * Two things are required. Every frame of the unit must be like the last encoded frame. And the last encoded unit must
 * have been still itself: the tokens of a unit in which something came to a stop still say that it moves. A unit is
 * always compared with the last encoded one, so a slow change adds up until it is noticed.
 */
export class StillDetector {
  private reference: Float32Array | null = null;
  /** Whether the last encoded unit was itself like the one encoded before it. */
  private settled = false;
  private skipped = 0;

  constructor(private readonly options: StillDetectorOptions) {}

  /**
   * @param frames RGB bytes of the unit's frames, `[frames, height, width, 3]`
   * @returns true when the unit need not be encoded; when false, the caller must encode it
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

  /** Mean colour of every square, `[squares, 3]`. */
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

/** Whether no square differs by more than the noise of the picture, or by more than `levels` if it has hardly any. */
function alike(a: Float32Array, b: Float32Array, levels: number): boolean {
  const changes = a.map((x, i) => Math.abs(x - b[i]!));
  const bound = noiseBound(changes, levels);
  return changes.every((change) => change <= bound);
}
