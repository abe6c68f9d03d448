import type { AttentionRow } from "../attention/mod.ts";
import type { TextCache, UnitPlace } from "../cache/mod.ts";
import type { VisualReader } from "./visual-reader.ts";

interface Mark {
  readonly place: UnitPlace;
  /** Of the token that follows the thought. */
  readonly position: number;
}

/** A thinker's place in the caches: a C_r of its own, and the C_v that it shares with the other thinkers of its stream. */
export class ThinkerContext {
  private marks: readonly Mark[] = [];

  constructor(
    private readonly visual: VisualReader,
    private readonly text: TextCache,
  ) {}

  /** The newest unit that can be looked at; -1 before the first. */
  get newest(): number {
    return this.visual.newest;
  }

  /** Tokens that have become part of its text and were not taken back. */
  get position(): number {
    return this.text.position;
  }

  /** Tokens that may be fed now, before the current group is full. */
  get room(): number {
    return this.text.room;
  }

  /** Tokens that have left its window. */
  get evicted(): number {
    return this.text.evicted;
  }

  /** Tokens in its window, those of the current group included. */
  get held(): number {
    return this.text.windowLength;
  }

  /** Units of the thoughts that were passed to {@link remember} and are still in the window, oldest first. */
  get remembered(): UnitPlace[] {
    return this.heldMarks().map(({ place }) => place);
  }

  /** @throws {RangeError} when the unit has left the visual cache */
  place(unit: number): UnitPlace {
    const place = this.visual.place(unit);
    if (place === null) throw new RangeError(`Unit ${unit} is not in the visual cache any more.`);
    return place;
  }

  /**
   * A row for each of the next `count` tokens: where it is written, and what it sees of both caches.
   * @param from the unit that the tokens look from
   */
  rows(from: UnitPlace, count: number): AttentionRow[] {
    const visual = this.visual.look(from);
    this.text.beginAt(this.visual.behind?.(from) ?? 0);
    return Array.from({ length: count }, (_, ahead) => {
      const { store } = this.text;
      const query = this.text.query(ahead);
      const { sink, window } = this.text.view(ahead);
      return {
        store,
        slot: this.text.slot(ahead),
        position: query.window,
        segments: [
          ...visual(query),
          { store, ranges: sink, position: query.sink },
          { store, ranges: window, position: query.window },
        ],
      };
    });
  }

  /**
   * Keeps the next `count` tokens, which have been fed. The first ones of all become the sink; what is fed after them
   * belongs to groups.
   * @param isWhole whether they end what was to be fed; a long prompt is fed in parts
   */
  commit(count: number, isWhole = true): void {
    this.text.commit(count);
    if (isWhole && this.text.heldGroups === 0) this.text.beginGroup();
  }

  /** Begins a group: tokens that are forgotten, or leave the window, together. */
  beginGroup(): void {
    this.text.beginGroup();
  }

  /** Takes back all tokens of the current group. */
  forgetGroup(): void {
    this.text.forgetGroup();
  }

  /** Takes back the last `count` tokens of the current group. */
  takeBack(count: number): void {
    this.text.takeBack(count);
  }

  /** Notes that the next token closes a thought about a unit. */
  remember(place: UnitPlace): void {
    this.marks = [...this.heldMarks(), { place, position: this.text.position }];
  }

  /**
   * A copy that goes on by itself, in a new group.
   * @throws {RangeError} when the memory for caches is full
   */
  fork(what: "all" | "before current group"): ThinkerContext {
    const back = what === "all" || this.text.heldGroups === 0 ? 0 : 1;
    const text = this.text.fork(back);
    text.beginGroup();
    return new ThinkerContext(this.visual, text);
  }

  /** Gives the memory of its text back; it must not be used after this. */
  release(): void {
    this.text.release();
  }

  private heldMarks(): Mark[] {
    return this.marks.filter(({ position }) => position >= this.text.oldest);
  }
}
