import {
  type KvMemory,
  type PositionSchemeName,
  positionScheme,
  type UnitKv,
  type UnitPlace,
  type VisualCache,
} from "../cache/mod.ts";
import { type BundleManifest, makeVisualCache, unitMs } from "../models/mod.ts";
import type { PublishedUnit } from "../vision/mod.ts";
import type { VisualFeed } from "./visual-feed.ts";
import { schemeReader, type VisualReader } from "./visual-reader.ts";

/** Units by which a thinker may be behind the newest one before units of its own window are overwritten. */
export const SLACK_UNITS = 8;

/**
 * The reasoner's replica of the C_v of one stream, shared by all thinkers of the stream.
 *
 * Units that were published wait in an inbox. They are taken over between two steps, so that the cache does not change
 * during a step, and only as far ahead of the narrator as the slack allows.
 */
export class VisualCacheReplica implements VisualFeed {
  /** What its thinkers see that look from a unit. */
  readonly look: VisualReader["look"];
  private readonly cache: VisualCache;
  private readonly inbox: UnitKv[] = [];

  /** @throws {RangeError} when the memory for caches is full */
  constructor(
    memory: KvMemory,
    manifest: BundleManifest,
    windowUnits: number,
    positions: PositionSchemeName,
  ) {
    this.cache = makeVisualCache(memory, manifest, windowUnits, SLACK_UNITS);
    this.look = schemeReader(this.cache, positionScheme(positions, unitMs(manifest))).look;
  }

  get newest(): number {
    return this.cache.newest;
  }

  place(unit: number): UnitPlace | null {
    return this.cache.place(unit);
  }

  receive(unit: PublishedUnit["unit"]): void {
    this.inbox.push(unit as UnitKv);
  }

  advance(unit: number): readonly [] {
    while (this.inbox.length > 0 && this.inbox[0]!.unit < unit + SLACK_UNITS)
      this.cache.append(this.inbox.shift()!);
    return [];
  }

  release(): void {
    this.cache.release();
  }
}
