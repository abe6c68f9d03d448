import {
  type KvMemory,
  type KvStore,
  type PositionScheme,
  type PositionSchemeName,
  positionScheme,
  type QueryPositions,
  type UnitKv,
  type UnitPlace,
  type VisualCache,
  type VisualSpan,
  type VisualView,
} from "../cache/mod.ts";
import type { BundleManifest } from "../models/mod.ts";
import { makeVisualCache, unitMs } from "../models/model-caches.ts";

/** Units that a thinker may fall behind the newest one before its own window begins to go. */
export const SLACK_UNITS = 8;

/**
 * The reasoner's replica of one stream's C_v, shared by all thinkers of the stream.
 *
 * Published units wait in an inbox and are taken over between decode steps, so that a step always runs on a cache
 * that does not change, and no further ahead of the narrator than the ring's slack allows.
 */
export class VisualCacheReplica {
  private readonly cache: VisualCache;
  private readonly scheme: PositionScheme;
  private readonly inbox: UnitKv[] = [];

  constructor(
    memory: KvMemory,
    manifest: BundleManifest,
    windowUnits: number,
    positions: PositionSchemeName,
  ) {
    this.cache = makeVisualCache(memory, manifest, windowUnits, SLACK_UNITS);
    this.scheme = positionScheme(positions, unitMs(manifest));
  }

  /** The newest unit that can be looked at; -1 before the first. */
  get newest(): number {
    return this.cache.newest;
  }

  receive(unit: UnitKv): void {
    this.inbox.push(unit);
  }

  /** Takes over what has arrived, for a narrator that is at `unit`. Called between steps only. */
  advance(unit: number): void {
    while (this.inbox.length > 0 && this.inbox[0]!.unit < unit + SLACK_UNITS)
      this.cache.append(this.inbox.shift()!);
  }

  /** @throws {RangeError} when the unit has left the cache */
  place(unit: number): UnitPlace {
    const place = this.cache.place(unit);
    if (place === null) throw new RangeError(`unit ${unit} is not in the visual cache`);
    return place;
  }

  get store(): KvStore {
    return this.cache.store;
  }

  /** What is seen from a unit. */
  look(from: UnitPlace): VisualView {
    return this.cache.view(from);
  }

  query(span: VisualSpan, textPosition: number): QueryPositions {
    return this.scheme.visualQuery(span, textPosition);
  }

  /** Gives its memory back. */
  release(): void {
    this.cache.release();
  }
}
