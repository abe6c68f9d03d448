import type { KvMemory } from "./kv-memory.ts";
import { type KvShape, KvStore, type SlotRange } from "./kv-store.ts";
import type { QueryPositions } from "./positions.ts";
import { ringRanges } from "./ring.ts";

export interface TextCacheOptions {
  readonly memory: KvMemory;
  readonly shape: KvShape;
  /** Most tokens of the sink, which holds the instructions and is never evicted. */
  readonly sinkTokens: number;
  /** Most tokens that the groups before the current one may hold together. */
  readonly windowTokens: number;
  /** Most tokens of one group. */
  readonly groupTokens: number;
  /**
   * `contiguous`: the sink is put right before the oldest token of the window, as if nothing had been evicted between
   * them. `growing`: nothing closes up. Default: `contiguous`.
   */
  readonly positions?: "contiguous" | "growing";
}

/** The part of its thinker's text that a query sees. */
export interface TextView {
  readonly sink: readonly SlotRange[];
  readonly window: readonly SlotRange[];
}

interface Group {
  /** Number of its first token, see {@link TextCache.position}. */
  readonly first: number;
  /** {@link TextCache.gap} when it was begun. */
  readonly gapBefore: number;
  tokens: number;
}

/**
 * C_r: the keys and values of one thinker's own tokens. The sink stays. The window is a ring of tokens from which
 * whole groups are evicted, oldest first. A group is what was fed while one unit was the newest that the thinker saw:
 * the closing token of the thought before, then the words about this unit.
 *
 * A step writes its tokens into the slots of the next positions and commits those that it keeps. The next step
 * overwrites the others. Eviction happens when a group begins, never in the middle of one.
 *
 * Tokens are numbered by themselves, from 0. Where they stand in one sequence with something else, they are moved behind
 * it ({@link beginAt}).
 */
export class TextCache {
  readonly store: KvStore;
  private groups: Group[] = [];
  private sinkLength = 0;
  /** Number of the next token: how many were fed so far, less those taken back. */
  private next = 0;
  /** How far the next token's position lies behind its number, because something else stands before it. */
  private gap = 0;
  /** Tokens that have left the window so far. */
  evicted = 0;

  constructor(private readonly options: TextCacheOptions) {
    const slots = options.sinkTokens + options.windowTokens + options.groupTokens;
    this.store = new KvStore(options.memory, options.shape, slots, "text");
  }

  /** Number that the next token gets: how many were fed so far, less those taken back. Also its position, but for {@link beginAt}. */
  get position(): number {
    return this.next;
  }

  /** Position that the next token gets, with all that it was moved behind. */
  get end(): number {
    return this.next + this.gap;
  }

  /** Number of the oldest token in the window, or of the next token if the window is empty. */
  get oldest(): number {
    return this.groups[0]?.first ?? this.next;
  }

  /** Number of tokens held, in the sink and in the window. */
  get length(): number {
    return this.sinkLength + this.windowLength;
  }

  /** Number of tokens in the window, those of the current group included. */
  get windowLength(): number {
    return this.groups.reduce((sum, group) => sum + group.tokens, 0);
  }

  /** Number of groups held, including the current one. */
  get heldGroups(): number {
    return this.groups.length;
  }

  /** Number of tokens that still fit the current group or, before the first group, the sink. */
  get room(): number {
    const group = this.groups.at(-1);
    if (group === undefined) return this.options.sinkTokens - this.sinkLength;
    return this.options.groupTokens - group.tokens;
  }

  /** Evicts the oldest groups until the others fit the window, then opens a new group. */
  beginGroup(): void {
    let held = this.windowLength;
    while (held > this.options.windowTokens) {
      const oldest = this.groups.shift()!;
      held -= oldest.tokens;
      this.evicted += oldest.tokens;
    }
    this.groups.push({ first: this.next, gapBefore: this.gap, tokens: 0 });
  }

  /**
   * Moves the next token to a position, behind something that stands between it and the token before. Only the first
   * token of a group or of the sink can be moved, and never back; otherwise nothing changes.
   */
  beginAt(position: number): void {
    const held = this.groups.at(-1)?.tokens ?? this.sinkLength;
    if (held === 0) this.gap = Math.max(this.gap, position - this.next);
  }

  /**
   * Keeps the next `count` tokens, which have been written to their slots. They belong to the current group or, before
   * the first group, to the sink.
   * @throws {RangeError} when they do not fit
   */
  commit(count: number): void {
    if (count > this.room)
      throw new RangeError(`${count} tokens cannot be kept, because only ${this.room} fit.`);
    const group = this.groups.at(-1);
    if (group === undefined) this.sinkLength += count;
    else group.tokens += count;
    this.next += count;
  }

  /** Takes back all tokens of the current group. */
  forgetGroup(): void {
    const group = this.groups.pop();
    if (group === undefined) return;
    this.next = group.first;
    this.gap = group.gapBefore;
  }

  /**
   * Takes back the last `count` tokens of the current group.
   * @throws {RangeError} when it has fewer
   */
  takeBack(count: number): void {
    const group = this.groups.at(-1);
    const held = group?.tokens ?? 0;
    if (count > held)
      throw new RangeError(`${count} tokens cannot be taken back, because the group has only ${held}.`);
    if (group !== undefined) group.tokens -= count;
    this.next -= count;
  }

  /** Slot into which the token `ahead` places after the next one is written. */
  slot(ahead = 0): number {
    const position = this.next + ahead;
    return this.groups.length === 0 ? position : this.ringBase + ((position - this.sinkLength) % this.ring);
  }

  /** The slots of all tokens that are held. */
  get held(): TextView {
    return this.view(-1);
  }

  /** The slots that the token `ahead` places after the next one sees, including its own. */
  view(ahead = 0): TextView {
    const sink = this.groups.length === 0 ? this.sinkLength + ahead + 1 : this.sinkLength;
    return {
      sink: sink === 0 ? [] : [{ slot: 0, count: sink }],
      window: this.groups.length === 0 ? [] : this.windowRanges(this.next + ahead + 1),
    };
  }

  /**
   * Positions at which the query of the token `ahead` places after the next one is rotated. At the first of them stands
   * its key.
   */
  query(ahead = 0): QueryPositions {
    const at = this.end + ahead;
    const isClosedUp = this.options.positions !== "growing" && this.sinkLength > 0;
    return { window: at, sink: isClosedUp ? at - this.oldest + this.sinkLength : at };
  }

  /**
   * An independent copy, as of the end of the group that is `back` groups before the current one. A question forks
   * the narrator's finished thoughts this way.
   */
  fork(back = 0): TextCache {
    const copy = new TextCache(this.options);
    copy.groups = this.groups.slice(0, this.groups.length - back).map((group) => ({ ...group }));
    copy.sinkLength = this.sinkLength;
    const dropped = this.groups.slice(this.groups.length - back);
    copy.next = this.next - dropped.reduce((sum, group) => sum + group.tokens, 0);
    copy.gap = dropped[0]?.gapBefore ?? this.gap;
    if (copy.sinkLength > 0) copy.store.copy(this.store, { slot: 0, count: copy.sinkLength });
    for (const range of copy.windowRanges(copy.next)) copy.store.copy(this.store, range);
    return copy;
  }

  /** Frees the memory. The cache must not be used afterwards. */
  release(): void {
    this.store.release();
  }

  private get ring(): number {
    return this.options.windowTokens + this.options.groupTokens;
  }

  private get ringBase(): number {
    return this.options.sinkTokens;
  }

  /** Slots of the window's tokens before position `end`. */
  private windowRanges(end: number): SlotRange[] {
    const first = this.groups[0]?.first ?? end;
    return ringRanges(first - this.sinkLength, end - first, this.ring, this.ringBase, 1);
  }
}
