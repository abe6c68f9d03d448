import type { KvMemory } from "./kv-memory.ts";
import { type KvBlock, type KvShape, KvStore, type SlotRange } from "./kv-store.ts";
import type { UnitPlace, VisualSpan } from "./positions.ts";
import { ringRanges } from "./ring.ts";

/** A finished unit: immutable once published. Its keys are already rotated. */
export interface UnitKv extends UnitPlace {
  readonly kv: KvBlock;
}

/** What a query sees of the video, and where it stands in the store. */
export interface VisualView {
  readonly span: VisualSpan;
  readonly sink: readonly SlotRange[];
  readonly window: readonly SlotRange[];
}

export interface VisualCacheOptions {
  readonly memory: KvMemory;
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
 * const cache = new VisualCache({ memory, shape, tokensPerUnit: 8, sinkUnits: 1, windowUnits: 32 });
 * cache.append(unit);
 * const { window } = cache.view({ unit: cache.newest, mediaTimeMs }); // slots that such a query sees
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
    const slots = (options.sinkUnits + ringUnits) * options.tokensPerUnit;
    this.store = new KvStore(options.memory, options.shape, slots);
  }

  /** The newest unit; -1 while empty. */
  get newest(): number {
    return this.last;
  }

  /** Where the tokens of a unit stand, or will once it is written. */
  slotsOf(unit: number): SlotRange {
    const { sinkUnits, tokensPerUnit } = this.options;
    const place = unit < sinkUnits ? unit : sinkUnits + this.ringSlot(unit);
    return { slot: place * tokensPerUnit, count: tokensPerUnit };
  }

  /**
   * Writes a unit that was made elsewhere, and shows it.
   * @throws {RangeError} when the unit does not follow the newest one, or is of another size
   */
  append(unit: UnitKv): void {
    const { tokensPerUnit } = this.options;
    if (unit.kv.tokens !== tokensPerUnit)
      throw new RangeError(`unit of ${unit.kv.tokens} tokens, not ${tokensPerUnit}`);
    this.requireNext(unit);
    this.store.write(this.slotsOf(unit.unit).slot, unit.kv);
    this.admit(unit);
  }

  /**
   * Shows a unit whose keys and values have been written to its slots.
   * @throws {RangeError} when it does not follow the newest one
   */
  admit({ unit, mediaTimeMs }: UnitPlace): void {
    this.requireNext({ unit });
    const { sinkUnits, windowUnits } = this.options;
    if (unit < sinkUnits) {
      this.sink.push({ unit, mediaTimeMs });
    } else {
      this.ring[this.ringSlot(unit)] = { unit, mediaTimeMs };
      if (unit - windowUnits >= sinkUnits) this.evicted++;
    }
    this.last = unit;
  }

  /**
   * What a query sees that looks from `now`: the sink, and the window of units up to and with `now` that are held.
   * `now` may be the unit that is about to be appended; its own slots are then not among those seen.
   */
  view(now: UnitPlace): VisualView {
    const { sinkUnits, tokensPerUnit, windowUnits } = this.options;
    const maxAgeMs = this.options.maxAgeMs ?? Number.POSITIVE_INFINITY;
    const sinks = this.sink.filter((place) => place.unit <= now.unit);
    let oldest: UnitPlace | null = null;
    let held = 0;
    // Those that are overwritten or too old come first and the one that is not there yet last: no gap between.
    for (let unit = Math.max(sinkUnits, now.unit - windowUnits + 1); unit <= now.unit; unit++) {
      const place = this.ring[this.ringSlot(unit)];
      if (place?.unit !== unit || now.mediaTimeMs - place.mediaTimeMs > maxAgeMs) continue;
      oldest ??= place;
      held++;
    }
    const first = (oldest?.unit ?? 0) - sinkUnits;
    const window = ringRanges(first, held, this.ring.length, sinkUnits * tokensPerUnit, tokensPerUnit);
    if (oldest === null && now.unit >= sinkUnits) oldest = now;
    return {
      span: { now, oldest, sink: sinks.at(-1) ?? null },
      sink: sinks.length === 0 ? [] : [{ slot: 0, count: sinks.length * tokensPerUnit }],
      window,
    };
  }

  /** Place in time of a unit that is still held. */
  place(unit: number): UnitPlace | null {
    if (unit < this.options.sinkUnits) return this.sink[unit] ?? null;
    const place = this.ring[this.ringSlot(unit)];
    return place?.unit === unit ? place : null;
  }

  /** Gives the memory back; the cache is not to be used after it. */
  release(): void {
    this.store.release();
  }

  private requireNext({ unit }: Pick<UnitPlace, "unit">): void {
    if (unit !== this.last + 1) throw new RangeError(`unit ${unit} cannot follow unit ${this.last}`);
  }

  private ringSlot(unit: number): number {
    return (unit - this.options.sinkUnits) % this.ring.length;
  }
}
