import type { KvMemory } from "./kv-memory.ts";
import { type KvShape, KvStore, type SlotRange } from "./kv-store.ts";
import { largestAxis, minus, type Position } from "./position.ts";
import type { UnitPlace } from "./positions.ts";
import { ringRanges } from "./ring.ts";

export interface VisualSequenceOptions {
  readonly memory: KvMemory;
  readonly shape: KvShape;
  /** Tokens before the first unit. They are never evicted, and their positions are 0, 1, 2 and so on. */
  readonly prefixTokens: number;
  /** Most tokens of a unit. */
  readonly unitTokens: number;
  /** Units at the start of the stream that are never evicted. */
  readonly sinkUnits: number;
  readonly windowUnits: number;
  /** Units that stay readable after they left the window, for thinkers that are still at an earlier unit. */
  readonly slackUnits?: number;
  /** Age (ms) at which a unit leaves the window even if the window is not full. */
  readonly maxAgeMs?: number;
  /** Whether positions close up over what was evicted (`contiguous`), or grow for ever. */
  readonly positions: "contiguous" | "growing";
}

/** A unit that goes into the sequence, and where it lies. */
export interface UnitExtent extends UnitPlace {
  /** Its tokens; 0 for a unit that shows nothing new. */
  readonly tokens: number;
  /** Position of its first token. */
  readonly start: Position;
  /** The largest position of its tokens on each axis. */
  readonly last: Position;
  /** Where the next unit begins. */
  readonly end: Position;
}

/** What is seen from one unit. */
export interface SequenceView {
  /** Slots of the prefix and of the first units. */
  readonly sink: readonly SlotRange[];
  /** Slots of the units in the window, the unit looked from included once it has been admitted. */
  readonly window: readonly SlotRange[];
  /**
   * How far the window lies from where it would lie if nothing had been evicted between the sink and it. A query looks
   * at the window from its own position, and at the sink from a position that is smaller by this.
   */
  readonly shift: Position;
  /** Where text begins that follows the unit, with the window closed up to the sink. */
  readonly textStart: number;
}

interface Held extends UnitExtent {
  /** Number of its first token in the sink or in the ring; numbers never wrap. */
  readonly first: number;
}

/**
 * C_v of a model with one stack: a prefix, then units of any number of tokens. The prefix and the first units stay. The
 * others go through a ring of tokens, one after the other without a gap, in which new ones overwrite the oldest.
 *
 * A unit is begun, its keys and values are written slot by slot over several steps, then it is admitted. It is seen by
 * others from then on.
 *
 * @example
 * ```ts
 * const { slot } = sequence.begin({ unit: 0, mediaTimeMs: 0, tokens: 64, start: 5, last: 68, end: 69 });
 * // … steps write slots …
 * sequence.admit();
 * const { window } = sequence.view({ unit: 0, mediaTimeMs: 0 });
 * ```
 */
export class VisualSequence {
  readonly store: KvStore;
  private readonly sink: Held[] = [];
  private readonly ring: Held[] = [];
  private under: Held | null = null;
  /** Where the first unit behind the sink began; null before it. */
  private firstStart: Position | null = null;
  private sinkTokens = 0;
  private ringTokens = 0;
  private last = -1;

  /** @throws {RangeError} when the memory for caches is full */
  constructor(private readonly options: VisualSequenceOptions) {
    const slots = options.prefixTokens + options.sinkUnits * options.unitTokens + this.ringSize;
    this.store = new KvStore(options.memory, options.shape, slots, "visual");
  }

  /** The newest unit that was admitted; -1 before the first. */
  get newest(): number {
    return this.last;
  }

  /** Number of units in the window, as the newest one sees it. The first units that stay are not in it. */
  get unitsHeld(): number {
    const newest = this.place(this.last);
    return newest === null ? 0 : this.windowFrom(newest).length;
  }

  /** Number of units that have left the window so far. */
  get evicted(): number {
    return Math.max(0, this.last + 1 - this.options.sinkUnits) - this.unitsHeld;
  }

  /** Where the next unit begins if nothing lies between: the end of the newest one, or of the prefix. */
  get end(): Position {
    return this.ring.at(-1)?.end ?? this.sink.at(-1)?.end ?? this.options.prefixTokens;
  }

  /** Slots of the first `count` tokens of the prefix. */
  prefix(count: number): SlotRange[] {
    return count === 0 ? [] : [{ slot: 0, count }];
  }

  /**
   * Makes room for the next unit. What was in the way is overwritten.
   * @throws {RangeError} when it does not follow the newest one, or is too large
   */
  begin(unit: UnitExtent): void {
    const { unitTokens, sinkUnits } = this.options;
    if (unit.unit !== this.last + 1 || this.under !== null)
      throw new RangeError(`Unit ${unit.unit} cannot follow unit ${this.last}.`);
    if (unit.tokens > unitTokens)
      throw new RangeError(`The unit has ${unit.tokens} tokens, and at most ${unitTokens} fit.`);
    if (unit.unit < sinkUnits) {
      this.under = { ...unit, first: this.sinkTokens };
      this.sinkTokens += unit.tokens;
      return;
    }
    if (unit.tokens > 0) this.firstStart ??= unit.start;
    this.under = { ...unit, first: this.ringTokens };
    this.ringTokens += unit.tokens;
    const isGone = (held: Held) =>
      held.first < this.ringTokens - this.ringSize || held.unit <= unit.unit - this.ringUnits;
    while (this.ring.length > 0 && isGone(this.ring[0]!)) this.ring.shift();
  }

  /** Slots of the first `count` tokens of the unit that was begun. */
  own(count: number): SlotRange[] {
    const { unit, first } = this.under!;
    if (unit >= this.options.sinkUnits) return ringRanges(first, count, this.ringSize, this.ringBase, 1);
    return count === 0 ? [] : [{ slot: this.options.prefixTokens + first, count }];
  }

  /** Slot of a token of the unit that was begun. */
  slot(token: number): number {
    const { unit, first } = this.under!;
    const inSink = unit < this.options.sinkUnits;
    return inSink
      ? this.options.prefixTokens + first + token
      : this.ringBase + ((first + token) % this.ringSize);
  }

  /** Makes the unit that was begun visible. All of its keys and values must have been written. */
  admit(): void {
    const unit = this.under!;
    (unit.unit < this.options.sinkUnits ? this.sink : this.ring).push(unit);
    this.last = unit.unit;
    this.under = null;
  }

  /** Index and media time of a unit that is still held. */
  place(unit: number): UnitPlace | null {
    return this.held(unit) ?? null;
  }

  /** Tokens of a unit; null when it is not held any more. */
  tokensOf(unit: number): number | null {
    return this.held(unit)?.tokens ?? null;
  }

  /** Where what follows a unit begins; null when it is not held any more. */
  endOf(unit: number): Position | null {
    return this.held(unit)?.end ?? null;
  }

  /** What is seen from a unit. It may be the one that was begun; then its own slots are not among those seen. */
  view(now: UnitPlace): SequenceView {
    const { prefixTokens, positions } = this.options;
    const sinks = this.sink.filter(({ unit }) => unit <= now.unit);
    const window = this.windowFrom(now);
    const isBegun = this.under !== null && this.under.unit === now.unit && now.unit >= this.options.sinkUnits;
    const first = (isBegun ? [...window, this.under!] : window).find(({ tokens }) => tokens > 0);
    const isClosedUp = positions === "contiguous" && first !== undefined;
    const shift = isClosedUp ? minus(first.start, this.firstStart!) : 0;
    const sinkTokens = prefixTokens + sinks.reduce((sum, { tokens }) => sum + tokens, 0);
    const windowTokens = window.reduce((sum, { tokens }) => sum + tokens, 0);
    return {
      sink: this.prefix(sinkTokens),
      window: ringRanges(window[0]?.first ?? 0, windowTokens, this.ringSize, this.ringBase, 1),
      shift,
      textStart: textStart(prefixTokens, sinks, window, shift),
    };
  }

  /** Frees the memory. The cache must not be used afterwards. */
  release(): void {
    this.store.release();
  }

  private windowFrom(now: UnitPlace): Held[] {
    const { windowUnits, maxAgeMs = Number.POSITIVE_INFINITY } = this.options;
    return this.ring.filter(
      ({ unit, mediaTimeMs }) =>
        unit <= now.unit && unit > now.unit - windowUnits && now.mediaTimeMs - mediaTimeMs <= maxAgeMs,
    );
  }

  private held(unit: number): Held | undefined {
    return [...this.sink, ...this.ring].find((held) => held.unit === unit);
  }

  private get ringUnits(): number {
    const { windowUnits, slackUnits = 0 } = this.options;
    return windowUnits + slackUnits;
  }

  private get ringSize(): number {
    return this.ringUnits * this.options.unitTokens;
  }

  private get ringBase(): number {
    return this.options.prefixTokens + this.options.sinkUnits * this.options.unitTokens;
  }
}

/** Text begins behind the largest position that is seen, on any axis (Qwen2-VL, section 2.1). */
function textStart(
  prefixTokens: number,
  sinks: readonly Held[],
  window: readonly Held[],
  shift: Position,
): number {
  const behind = (units: readonly Held[], by: Position) =>
    units.flatMap(({ tokens, last }) => (tokens === 0 ? [] : [largestAxis(minus(last, by)) + 1]));
  return Math.max(prefixTokens, ...behind(sinks, 0), ...behind(window, shift));
}
