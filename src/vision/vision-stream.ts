import type { AttentionRow } from "../attention/mod.ts";
import {
  type KvBlock,
  type KvMemory,
  type PositionScheme,
  positionScheme,
  type UnitPlace,
  type VisualCache,
} from "../cache/mod.ts";
import type { BundleManifest } from "../models/mod.ts";
import { makeVisualCache, unitMs } from "../models/model-caches.ts";
import { type Scene, SceneMonitor } from "../scene/mod.ts";
import type { EncoderInput, EncoderOutput, EncoderState } from "./image-encoder.ts";
import type { SeeingOptions, UnitFrames } from "./messages.ts";
import { StillDetector } from "./still-detector.ts";

/** Units in a row that need not be encoded: the background, which follows within 10 s, is asked for every 4 s. */
const MOST_STILL_UNITS = 8;

/** The vision side of one stream: its encoder state and its C_v. */
export class VisionStream {
  readonly cache: VisualCache;
  private readonly scheme: PositionScheme;
  private readonly stillness: StillDetector | null;
  private readonly monitor: SceneMonitor | null;
  private tokens: Float32Array = new Float32Array(0);
  /** Time since the last frame that was encoded (s). */
  private unseenS = 0;

  /** @param state of the encoder before the first unit */
  constructor(
    memory: KvMemory,
    manifest: BundleManifest,
    { windowUnits, positions, stillLevels, sceneMonitor = false }: SeeingOptions,
    private state: EncoderState,
  ) {
    this.cache = makeVisualCache(memory, manifest, windowUnits, 0);
    this.scheme = positionScheme(positions, unitMs(manifest));
    const { width, height } = manifest.vision;
    this.stillness =
      stillLevels === null
        ? null
        : new StillDetector({ width, height, levels: stillLevels, mostUnits: MOST_STILL_UNITS });
    this.monitor = sceneMonitor ? new SceneMonitor(width, height) : null;
  }

  /** How the scene stands with a unit, encoded or still; to be asked of every unit, in order. */
  judgeScene(unit: UnitFrames): Scene | null {
    return this.monitor?.see(unit) ?? null;
  }

  /** What the encoder is to look at; null when nothing has changed and the tokens before say it all. */
  toLookAt(unit: UnitFrames): EncoderInput | null {
    if (this.stillness?.judge(unit.frames)) {
      this.unseenS += unit.seconds.reduce((sum, seconds) => sum + seconds, 0);
      return null;
    }
    const [first, ...rest] = unit.seconds as [number, ...number[]];
    const seconds = [first + this.unseenS, ...rest];
    this.unseenS = 0;
    return { unit: { ...unit, seconds }, state: this.state };
  }

  /** Takes in what the encoder saw; gives the unit's visual tokens. */
  looked(seen: EncoderOutput | null): Float32Array {
    if (seen !== null) {
      this.state = seen.state;
      this.tokens = seen.x;
    }
    return this.tokens;
  }

  /** What the tokens of the next unit write and see: the cache, and all of each other. */
  rows(next: UnitPlace): AttentionRow[] {
    const { store } = this.cache;
    const own = this.cache.slotsOf(next.unit);
    const view = this.cache.view(next);
    const at = this.scheme.visualQuery(view.span, null);
    const position = this.scheme.visualKey(next);
    const segments = [
      { store, ranges: view.sink, position: at.sink },
      { store, ranges: view.window, position: at.window },
      { store, ranges: [own], position },
    ];
    return Array.from({ length: own.count }, (_, i) => ({ store, slot: own.slot + i, position, segments }));
  }

  /** The next unit has been written: shows it, and gives a copy of it to be published. */
  admit(next: UnitPlace): KvBlock {
    this.cache.admit(next);
    const { slot, count } = this.cache.slotsOf(next.unit);
    return this.cache.store.read(slot, count);
  }
}
