import { type KvBlock, type KvShape, KvStore } from "./kv-store.ts";
import type { UnitPlace, VisualSpan } from "./positions.ts";
import type { SegmentBias } from "./segment-bias.ts";

/** A finished unit: immutable once published. Its keys are already rotated. */
export interface UnitKv extends UnitPlace {
  readonly kv: KvBlock;
}

export interface VisualCacheOptions {
  readonly shape: KvShape;
  readonly tokensPerUnit: number;
  readonly sinkUnits: number;
  readonly windowUnits: number;
  /** Age at which a unit is out of the window although it is not full (ms): after a gap, or at a low frame rate. */
  readonly maxAgeMs?: number;
  /** Units that stay readable after they left the newest window, for thinkers that look from an earlier unit. */
  readonly slackUnits?: number;
}

/**
 * C_v: the keys and values of one stream's visual tokens. The first units are the sink and stay; the others go
 * through a ring of unit slots, where appending a unit overwrites the oldest.
 *
 * @example
 * ```ts
 * const cache = new VisualCache({ shape, tokensPerUnit: 8, sinkUnits: 1, windowUnits: 32 });
 * cache.append(unit);
 * const span = cache.view({ unit: cache.newest, mediaTimeMs }, bias); // bias shows what such a query sees
 * ```
 */
export class VisualCache {
  readonly store: KvStore;
  private readonly ring: (UnitPlace | null)[];
  private readonly sink: UnitPlace[] = [];
  private last = -1;
  /** Units that have left the newest window so far. */
  evicted = 0;

  constructor(private readonly options: VisualCacheOptions) {
    const ringUnits = options.windowUnits + (options.slackUnits ?? 0);
    this.ring = Array.from({ length: ringUnits }, () => null);
    this.store = new KvStore(options.shape, (options.sinkUnits + ringUnits) * options.tokensPerUnit);
  }

  /** The newest unit; -1 while empty. */
  get newest(): number {
    return this.last;
  }

  /**
   * @throws {RangeError} when the unit does not follow the newest one, or is of another size
   */
  append(unit: UnitKv): void {
    const { sinkUnits, tokensPerUnit, windowUnits } = this.options;
    if (unit.unit !== this.last + 1)
      throw new RangeError(`unit ${unit.unit} cannot follow unit ${this.last}`);
    if (unit.kv.tokens !== tokensPerUnit)
      throw new RangeError(`unit of ${unit.kv.tokens} tokens, not ${tokensPerUnit}`);
    const place: UnitPlace = { unit: unit.unit, mediaTimeMs: unit.mediaTimeMs };
    if (unit.unit < sinkUnits) {
      this.sink.push(place);
      this.store.write(unit.unit * tokensPerUnit, unit.kv);
    } else {
      const slot = this.ringSlot(unit.unit);
      this.ring[slot] = place;
      this.store.write((sinkUnits + slot) * tokensPerUnit, unit.kv);
      if (unit.unit - windowUnits >= sinkUnits) this.evicted++;
    }
    this.last = unit.unit;
  }

  /**
   * What a query sees that looks from `now`: the sink, and the window of units up to and with `now` that are held.
   * `now` may be the unit that is about to be appended. Fills `bias` with it.
   */
  view(now: UnitPlace, bias: SegmentBias): VisualSpan {
    const { sinkUnits, tokensPerUnit, windowUnits } = this.options;
    const maxAgeMs = this.options.maxAgeMs ?? Number.POSITIVE_INFINITY;
    bias.hideAll();
    const sinks = this.sink.filter((place) => place.unit <= now.unit);
    bias.showInSink(0, sinks.length * tokensPerUnit);
    let oldest: UnitPlace | null = null;
    for (let unit = Math.max(sinkUnits, now.unit - windowUnits + 1); unit <= now.unit; unit++) {
      const slot = this.ringSlot(unit);
      const place = this.ring[slot];
      if (place?.unit !== unit || now.mediaTimeMs - place.mediaTimeMs > maxAgeMs) continue;
      bias.showInWindow((sinkUnits + slot) * tokensPerUnit, tokensPerUnit);
      oldest ??= place;
    }
    if (oldest === null && now.unit >= sinkUnits) oldest = now;
    return { now, oldest, sink: sinks.at(-1) ?? null };
  }

  /** Place in time of a unit that is still held. */
  place(unit: number): UnitPlace | null {
    if (unit < this.options.sinkUnits) return this.sink[unit] ?? null;
    const place = this.ring[this.ringSlot(unit)];
    return place?.unit === unit ? place : null;
  }

  private ringSlot(unit: number): number {
    return (unit - this.options.sinkUnits) % this.ring.length;
  }
}
