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
import type { EncoderState } from "./eyes.ts";
import type { SeeingOptions } from "./messages.ts";

/** The vision side of one stream: its encoder state and its C_v. */
export class StreamVision {
  readonly cache: VisualCache;
  private readonly scheme: PositionScheme;

  /** @param state before the first unit; replaced after each */
  constructor(
    memory: KvMemory,
    manifest: BundleManifest,
    { windowUnits, positions }: SeeingOptions,
    public state: EncoderState,
  ) {
    this.cache = makeVisualCache(memory, manifest, windowUnits, 0);
    this.scheme = positionScheme(positions, unitMs(manifest));
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
