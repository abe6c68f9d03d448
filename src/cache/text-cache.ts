import { type KvBlock, type KvShape, KvStore } from "./kv-store.ts";
import type { QueryPositions } from "./positions.ts";
import { SegmentBias } from "./segment-bias.ts";

export interface TextCacheOptions {
  readonly shape: KvShape;
  /** Most tokens of the sink: instructions, never evicted. */
  readonly sinkTokens: number;
  /** Tokens that whole groups before the current one may hold together. */
  readonly windowTokens: number;
  /** Most tokens of one group. */
  readonly groupTokens: number;
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
 * Eviction happens when a group begins, never in the middle of one.
 */
export class TextCache {
  readonly store: KvStore;
  /** Which slots a query of the next token sees. */
  readonly bias: SegmentBias;
  private groups: Group[] = [];
  private sinkLength = 0;
  /** Position of the next token: counts all that were ever fed. */
  private next = 0;
  /** Tokens that have left the window so far. */
  evicted = 0;

  constructor(private readonly options: TextCacheOptions) {
    this.store = new KvStore(options.shape, options.sinkTokens + options.windowTokens + options.groupTokens);
    this.bias = new SegmentBias(this.store.slots);
  }

  /** Position that the next token gets. */
  get position(): number {
    return this.next;
  }

  /** Tokens held: the sink and what is left in the window. */
  get length(): number {
    return this.sinkLength + this.groups.reduce((sum, group) => sum + group.tokens, 0);
  }

  /** Groups begun and still held, the current one included. */
  get heldGroups(): number {
    return this.groups.length;
  }

  /**
   * Adds to the sink; only before the first group.
   * @throws {RangeError} when a group has begun, or when it does not fit
   */
  appendSink(block: KvBlock): void {
    if (this.groups.length > 0) throw new RangeError("the sink is written before the first group");
    if (this.sinkLength + block.tokens > this.options.sinkTokens) throw new RangeError("the sink is full");
    this.store.write(this.sinkLength, block);
    this.bias.showInSink(this.sinkLength, block.tokens);
    this.sinkLength += block.tokens;
    this.next += block.tokens;
  }

  /** Opens a group, after evicting the oldest ones until the others fit the window. */
  beginGroup(): void {
    let held = this.groups.reduce((sum, group) => sum + group.tokens, 0);
    while (held > this.options.windowTokens) {
      const oldest = this.groups.shift()!;
      for (let i = 0; i < oldest.tokens; i++) this.bias.hide(this.slot(oldest.first + i));
      held -= oldest.tokens;
      this.evicted += oldest.tokens;
    }
    this.groups.push({ first: this.next, tokens: 0 });
  }

  /**
   * Adds tokens to the current group.
   * @throws {RangeError} when no group is open, or when the group would outgrow its limit
   */
  append(block: KvBlock): void {
    const group = this.groups.at(-1);
    if (group === undefined) throw new RangeError("no group has begun");
    if (group.tokens + block.tokens > this.options.groupTokens) {
      throw new RangeError(`a group holds at most ${this.options.groupTokens} tokens`);
    }
    for (let i = 0; i < block.tokens; i++) {
      const slot = this.slot(this.next);
      this.store.write(slot, block, i, 1);
      this.bias.showInWindow(slot);
      this.next++;
    }
    group.tokens += block.tokens;
  }

  /**
   * Where to rotate the query of a token `ahead` places after the next one. The sink stands right before the
   * oldest survivor of the window.
   */
  query(ahead = 0): QueryPositions {
    const at = this.next + ahead;
    const oldest = this.groups[0]?.first ?? this.next;
    return { window: at, sink: this.sinkLength === 0 ? at : at - oldest + this.sinkLength };
  }

  /**
   * A copy that goes on by itself, as of the end of the group `back` groups before the current one: a question
   * forks the narrator's finished thoughts this way.
   */
  fork(back = 0): TextCache {
    const copy = new TextCache(this.options);
    copy.store.copyFrom(this.store);
    copy.bias.data.set(this.bias.data);
    copy.groups = this.groups.slice(0, this.groups.length - back).map((group) => ({ ...group }));
    copy.sinkLength = this.sinkLength;
    copy.next = this.next;
    for (const dropped of this.groups.slice(this.groups.length - back)) {
      for (let i = 0; i < dropped.tokens; i++) copy.bias.hide(copy.slot(dropped.first + i));
      copy.next -= dropped.tokens;
    }
    return copy;
  }

  private slot(position: number): number {
    const ring = this.options.windowTokens + this.options.groupTokens;
    return this.options.sinkTokens + ((position - this.sinkLength) % ring);
  }
}
