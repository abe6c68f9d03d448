import type { AttentionRow } from "../attention/mod.ts";
import {
  type KvBlock,
  type KvMemory,
  type PositionScheme,
  positionScheme,
  type UnitPlace,
  type VisualCache,
} from "../cache/mod.ts";
import { type BundleManifest, makeVisualCache, unitMs } from "../models/mod.ts";
import { type Scene, SceneMonitor } from "../scene/mod.ts";
import type { EncoderInput, EncoderOutput, EncoderState } from "./image-encoder.ts";
import type { SeeingOptions, UnitFrames } from "./messages.ts";
import { StillDetector } from "./still-detector.ts";
import { unitRows } from "./unit-rows.ts";
import type { SeeingStream } from "./vision-model.ts";

/** Units in a row that may be skipped by the encoder. Its running background adapts within 10 s; this is 4 s. */
const MOST_STILL_UNITS = 8;

/** The vision side of one stream: the encoder's state, and the stream's C_v. */
export class VisionStream implements SeeingStream {
  readonly cache: VisualCache;
  private readonly scheme: PositionScheme;
  private readonly stillDetector: StillDetector | null;
  private readonly sceneMonitor: SceneMonitor | null;
  /** Visual tokens of the last unit that was encoded, `[tokens, width]`. */
  private tokens: Float32Array = new Float32Array(0);
  /** Time since the last frame that was encoded (s). */
  private secondsSinceEncoded = 0;

  /**
   * @param state of the encoder before the first unit
   * @throws {RangeError} when the memory for caches is full
   */
  constructor(
    memory: KvMemory,
    manifest: BundleManifest,
    { windowUnits, positions, stillLevels, sceneMonitor = false }: SeeingOptions,
    private state: EncoderState,
  ) {
    this.cache = makeVisualCache(memory, manifest, windowUnits, 0);
    this.scheme = positionScheme(positions!, unitMs(manifest));
    const { width, height } = manifest.vision;
    this.stillDetector =
      stillLevels === null
        ? null
        : new StillDetector({ width, height, levels: stillLevels, mostUnits: MOST_STILL_UNITS });
    this.sceneMonitor = sceneMonitor ? new SceneMonitor(width, height) : null;
  }

  /** Judges the scene after a unit, encoded or still. Must be called for every unit, in order. Null: not watched. */
  judgeScene(unit: UnitFrames): Scene | null {
    return this.sceneMonitor?.see(unit) ?? null;
  }

  /** The encoder's input for a unit; null when nothing has changed and the last unit's tokens are used again. */
  toEncode(unit: UnitFrames): EncoderInput | null {
    if (this.stillDetector?.judge(unit.frames)) {
      this.secondsSinceEncoded += unit.seconds.reduce((sum, seconds) => sum + seconds, 0);
      return null;
    }
    const [first, ...rest] = unit.seconds as [number, ...number[]];
    const seconds = [first + this.secondsSinceEncoded, ...rest];
    this.secondsSinceEncoded = 0;
    return { unit: { ...unit, seconds }, state: this.state };
  }

  /**
   * Takes the encoder's output for a unit, null for a still one.
   * @returns the unit's visual tokens, `[tokens, width]`
   */
  encoded(output: EncoderOutput | null): Float32Array {
    if (output !== null) {
      this.state = output.state;
      this.tokens = output.x;
    }
    return this.tokens;
  }

  release(): void {
    this.cache.release();
  }

  /** A row for each token of the next unit. */
  rows(next: UnitPlace): AttentionRow[] {
    return unitRows(this.cache, this.scheme, next);
  }

  /** Admits the next unit, whose keys and values have been written, to the cache; returns a copy to be published. */
  admit(next: UnitPlace): KvBlock {
    this.cache.admit(next);
    const { slot, count } = this.cache.slotsOf(next.unit);
    return this.cache.store.read(slot, count);
  }
}
