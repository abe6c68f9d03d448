import type { KvMemory } from "./kv-memory.ts";
import { type KvBlock, type KvShape, KvStore, type SlotRange } from "./kv-store.ts";
import type { UnitPlace, VisualSpan } from "./positions.ts";
import { ringRanges } from "./ring.ts";

/** A finished unit: immutable once published. Its keys are already rotated. */
export interface UnitKv extends UnitPlace {
  readonly kv: KvBlock;
}

/** The units that a query sees, and their slots in the store. */
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
  /** Age (ms) at which a unit leaves the window even if the window is not full: after a gap, or at a low frame rate. */
  readonly maxAgeMs?: number;
  /** Number of units that stay readable after they left the window, for thinkers that are still at an earlier unit. */
  readonly slackUnits?: number;
}

/**
 * C_v: the keys and values of one stream's visual tokens. The first units are the sink and stay. The others go
 * through a ring of unit slots, in which a new unit overwrites the oldest one.
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

  constructor(private readonly options: VisualCacheOptions) {
    const ringUnits = options.windowUnits + (options.slackUnits ?? 0);
    this.ring = Array.from({ length: ringUnits }, () => null);
    const slots = (options.sinkUnits + ringUnits) * options.tokensPerUnit;
    this.store = new KvStore(options.memory, options.shape, slots, "visual");
  }

  /** The newest unit; -1 while empty. */
  get newest(): number {
    return this.last;
  }

  /** Most units in the window. */
  get windowUnits(): number {
    return this.options.windowUnits;
  }

  /** Number of units in the window, as the newest one sees it. The sink is not in it. */
  get held(): number {
    const newest = this.place(this.last);
    return newest === null ? 0 : this.windowFrom(newest).held;
  }

  /** Number of units that have left the window so far. */
  get evicted(): number {
    return Math.max(0, this.last + 1 - this.options.sinkUnits) - this.held;
  }

  /** Slots of a unit's tokens, whether or not it has been written yet. */
  slotsOf(unit: number): SlotRange {
    const { sinkUnits, tokensPerUnit } = this.options;
    const place = unit < sinkUnits ? unit : sinkUnits + this.ringSlot(unit);
    return { slot: place * tokensPerUnit, count: tokensPerUnit };
  }

  /**
   * Writes a unit that came from another thread, and makes it visible.
   * @throws {RangeError} when the unit does not follow the newest one, or is of another size
   */
  append(unit: UnitKv): void {
    const { tokensPerUnit } = this.options;
    if (unit.kv.tokens !== tokensPerUnit)
      throw new RangeError(`The unit has ${unit.kv.tokens} tokens, and ${tokensPerUnit} are expected.`);
    this.requireNext(unit);
    this.store.write(this.slotsOf(unit.unit).slot, unit.kv);
    this.admit(unit);
  }

  /**
   * Makes a unit visible whose keys and values have been written to its slots.
   * @throws {RangeError} when it does not follow the newest one
   */
  admit({ unit, mediaTimeMs }: UnitPlace): void {
    this.requireNext({ unit });
    if (unit < this.options.sinkUnits) this.sink.push({ unit, mediaTimeMs });
    else this.ring[this.ringSlot(unit)] = { unit, mediaTimeMs };
    this.last = unit;
  }

  /**
   * What a query at the unit `now` sees: the sink, and the window of units up to and including `now`. `now` may be
   * the unit that is about to be appended; then its own slots are not among those seen.
   */
  view(now: UnitPlace): VisualView {
    const { sinkUnits, tokensPerUnit } = this.options;
    const sinks = this.sink.filter((place) => place.unit <= now.unit);
    const { oldest, held } = this.windowFrom(now);
    const first = (oldest?.unit ?? 0) - sinkUnits;
    const window = ringRanges(first, held, this.ring.length, sinkUnits * tokensPerUnit, tokensPerUnit);
    const eldest = oldest === null && now.unit >= sinkUnits ? now : oldest;
    return {
      span: { now, oldest: eldest, sink: sinks.at(-1) ?? null },
      sink: sinks.length === 0 ? [] : [{ slot: 0, count: sinks.length * tokensPerUnit }],
      window,
    };
  }

  /** Index and media time of a unit that is still held. */
  place(unit: number): UnitPlace | null {
    if (unit < this.options.sinkUnits) return this.sink[unit] ?? null;
    const place = this.ring[this.ringSlot(unit)];
    return place?.unit === unit ? place : null;
  }

  /** Frees the memory. The cache must not be used afterwards. */
  release(): void {
    this.store.release();
  }

  /** The oldest unit in the window that is seen from a unit, and how many are in it. */
  private windowFrom(now: UnitPlace): { oldest: UnitPlace | null; held: number } {
    const { sinkUnits, windowUnits, maxAgeMs = Number.POSITIVE_INFINITY } = this.options;
    let oldest: UnitPlace | null = null;
    let held = 0;
    // Overwritten and too old units come first, a unit that is not there yet comes last: no gap is between.
    for (let unit = Math.max(sinkUnits, now.unit - windowUnits + 1); unit <= now.unit; unit++) {
      const place = this.ring[this.ringSlot(unit)];
      if (place?.unit !== unit || now.mediaTimeMs - place.mediaTimeMs > maxAgeMs) continue;
      oldest ??= place;
      held++;
    }
    return { oldest, held };
  }

  private requireNext({ unit }: Pick<UnitPlace, "unit">): void {
    if (unit !== this.last + 1) throw new RangeError(`Unit ${unit} cannot follow unit ${this.last}.`);
  }

  private ringSlot(unit: number): number {
    return (unit - this.options.sinkUnits) % this.ring.length;
  }
}
