import type { KvMemory } from "./kv-memory.ts";
import { type KvShape, KvStore, type SlotRange } from "./kv-store.ts";
import type { QueryPositions } from "./positions.ts";
import { ringRanges } from "./ring.ts";

export interface TextCacheOptions {
  readonly memory: KvMemory;
  readonly shape: KvShape;
  /** Most tokens of the sink: instructions, never evicted. */
  readonly sinkTokens: number;
  /** Tokens that whole groups before the current one may hold together. */
  readonly windowTokens: number;
  /** Most tokens of one group. */
  readonly groupTokens: number;
}

/** What a query sees of its thinker's text. */
export interface TextView {
  readonly sink: readonly SlotRange[];
  readonly window: readonly SlotRange[];
}

interface Group {
  /** Position of its first token. */
  readonly first: number;
  tokens: number;
}

/**
 * C_r: the keys and values of one thinker's own tokens. The sink stays; the window is a ring of tokens from which
 * whole groups leave, oldest first. A group is what was fed while one unit was the newest in sight: the closing
 * token of the thought before, then this unit's words.
 *
 * A step writes its tokens into the slots of the next positions and commits those that it keeps; what it does not
 * keep is overwritten by the next step. Eviction happens when a group begins, never in the middle of one.
 */
export class TextCache {
  readonly store: KvStore;
  private groups: Group[] = [];
  private sinkLength = 0;
  /** Position of the next token: counts all that were ever fed and not forgotten. */
  private next = 0;
  /** Tokens that have left the window so far. */
  evicted = 0;

  constructor(private readonly options: TextCacheOptions) {
    const slots = options.sinkTokens + options.windowTokens + options.groupTokens;
    this.store = new KvStore(options.memory, options.shape, slots);
  }

  /** Position that the next token gets. */
  get position(): number {
    return this.next;
  }

  /** Position of the oldest token that is left in the window; the next one's where it is empty. */
  get oldest(): number {
    return this.groups[0]?.first ?? this.next;
  }

  /** Tokens held: the sink and what is left in the window. */
  get length(): number {
    return this.sinkLength + this.groups.reduce((sum, group) => sum + group.tokens, 0);
  }

  /** Groups begun and still held, the current one included. */
  get heldGroups(): number {
    return this.groups.length;
  }

  /** Tokens that may be written now: what is left of the current group's limit, or of the sink's before the first. */
  get room(): number {
    const group = this.groups.at(-1);
    if (group === undefined) return this.options.sinkTokens - this.sinkLength;
    return this.options.groupTokens - group.tokens;
  }

  /** Opens a group, after evicting the oldest ones until the others fit the window. */
  beginGroup(): void {
    let held = this.groups.reduce((sum, group) => sum + group.tokens, 0);
    while (held > this.options.windowTokens) {
      const oldest = this.groups.shift()!;
      held -= oldest.tokens;
      this.evicted += oldest.tokens;
    }
    this.groups.push({ first: this.next, tokens: 0 });
  }

  /**
   * The next `count` tokens have been written to their slots and stay: in the current group, or in the sink before
   * the first one has begun.
   * @throws {RangeError} when they do not fit
   */
  commit(count: number): void {
    if (count > this.room) throw new RangeError(`${count} tokens where ${this.room} fit`);
    const group = this.groups.at(-1);
    if (group === undefined) this.sinkLength += count;
    else group.tokens += count;
    this.next += count;
  }

  /** Takes the current group back, as if nothing had been fed since it began. */
  forgetGroup(): void {
    const group = this.groups.pop();
    if (group !== undefined) this.next = group.first;
  }

  /** Where the token `ahead` places after the next one is written. */
  slot(ahead = 0): number {
    const position = this.next + ahead;
    return this.groups.length === 0 ? position : this.ringBase + ((position - this.sinkLength) % this.ring);
  }

  /** What the token `ahead` places after the next one sees, itself included. */
  view(ahead = 0): TextView {
    const sink = this.groups.length === 0 ? this.sinkLength + ahead + 1 : this.sinkLength;
    return {
      sink: sink === 0 ? [] : [{ slot: 0, count: sink }],
      window: this.groups.length === 0 ? [] : this.windowRanges(this.next + ahead + 1),
    };
  }

  /**
   * Where to rotate the query of the token `ahead` places after the next one. The sink stands right before the
   * oldest survivor of the window.
   */
  query(ahead = 0): QueryPositions {
    const at = this.next + ahead;
    return { window: at, sink: this.sinkLength === 0 ? at : at - this.oldest + this.sinkLength };
  }

  /**
   * A copy that goes on by itself, as of the end of the group `back` groups before the current one: a question
   * forks the narrator's finished thoughts this way.
   */
  fork(back = 0): TextCache {
    const copy = new TextCache(this.options);
    copy.groups = this.groups.slice(0, this.groups.length - back).map((group) => ({ ...group }));
    copy.sinkLength = this.sinkLength;
    const dropped = this.groups.slice(this.groups.length - back);
    copy.next = this.next - dropped.reduce((sum, group) => sum + group.tokens, 0);
    if (copy.sinkLength > 0) copy.store.copy(this.store, { slot: 0, count: copy.sinkLength });
    for (const range of copy.windowRanges(copy.next)) copy.store.copy(this.store, range);
    return copy;
  }

  /** Gives the memory back; the cache is not to be used after it. */
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
