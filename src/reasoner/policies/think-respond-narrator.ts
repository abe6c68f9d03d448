import type { UnitPlace } from "../../cache/mod.ts";
import type { NgramDrafter } from "../ngram-drafter.ts";
import type { PromptedTurns } from "../prompted-turns.ts";
import { type ThinkRespondOptions, ThinkRespondSpeech, thinkRespondIds } from "../think-respond-speech.ts";
import type { ThinkerContext } from "../thinker-context.ts";
import { type Feed, type Policy, PRIORITY } from "./policy.ts";
import { reasonToSkip, type ToldThoughtEvents } from "./told-thought.ts";

export interface ThinkRespondNarratorOptions extends Omit<ThinkRespondOptions, "maySkip"> {
  readonly turns: PromptedTurns;
  /** Whether nothing has changed in a unit, so that it is not thought about. */
  readonly isStill: (unit: number) => boolean;
  /** Whether units that are no longer the newest are left out. */
  readonly skipLate: boolean;
  /**
   * Whether the user's turn is begun before the unit that stands in it: for frames that look at the text before them.
   * Otherwise all units stand before all turns.
   */
  readonly opensTurns: boolean;
}

/**
 * Thinks about the units of a stream with a checkpoint that was trained to think while it sees, as ThinkStream was. About
 * each unit it writes `<think>…</think>`, and then `<response>…` or `<silent>`.
 *
 * What stands behind `<response>` is the thought that clients are told; `<silent>` is a skip. What stands in `<think>` is
 * told to nobody. It stays in the C_r, as silence does, because in training every unit saw what had been thought about
 * the ones before it. So each unit is a group of the C_r: the user's turn, which says nothing, and the model's. Where
 * the unit itself stands in the user's turn, the group begins behind it, and ends with the beginning of the next turn.
 *
 * {@link catchUp} must be called between two steps, before it is asked for its next step.
 */
export class ThinkRespondNarrator implements Policy {
  readonly priority = PRIORITY.narration;
  readonly drafter: NgramDrafter | null = null;
  private readonly think: number;
  private unit = 0;
  /** Where the unit stands that it thinks about; null while it has not begun with it. */
  private place: UnitPlace | null = null;
  private pending: readonly number[] = [];
  private isOpened: boolean;
  private hasTurn = false;
  /** The model has spoken about the unit, and the user's next turn is being begun. */
  private isClosing = false;
  private speech: ThinkRespondSpeech;

  /** @throws {ModelError} `token_missing` when the tokenizer lacks one of the tokens */
  constructor(
    private readonly context: ThinkerContext,
    private readonly options: ThinkRespondNarratorOptions,
    private readonly events: ToldThoughtEvents,
  ) {
    this.think = thinkRespondIds(options.codec, options.names).think;
    this.isOpened = options.turns.head.length === 0;
    this.speech = this.listen();
  }

  /** The unit that it thinks about, or waits for. All before it are done. */
  get current(): number {
    return this.unit;
  }

  /**
   * Tokens of the model's last turn that are still to be fed, before it is closed: none; null when there was no turn. A
   * thinker that goes on from {@link forkFinished} begins with them.
   */
  get unfed(): readonly number[] | null {
    return this.hasTurn ? [] : null;
  }

  /** Tokens of a request with which a thinker goes on from {@link forkFinished}, up to where the model speaks. */
  request(words: string): readonly number[] {
    const { turns, opensTurns } = this.options;
    return this.hasTurn && opensTurns ? turns.inTurn(words) : turns.ask(this.unfed, words);
  }

  /** A context of its finished turns, from which another thinker goes on. One unit must be done. */
  forkFinished(): ThinkerContext {
    return this.context.fork(this.place === null ? "all" : "before current group");
  }

  /**
   * Passes over the units that take no step: still ones, and late ones if they are to be left out. The first unit is
   * always thought about.
   * @returns whether it passed over any, so that further units may be seen now
   */
  catchUp(): boolean {
    const before = this.unit;
    const { isStill, skipLate } = this.options;
    while (this.place === null && this.unit > 0) {
      const skipReason = reasonToSkip(this.unit, this.context.newest, isStill, skipLate);
      if (skipReason === null) break;
      const place = this.context.place(this.unit++);
      this.events.done({ place, outcome: "skipped", skipReason, text: "", tokens: 0 });
    }
    return this.unit > before;
  }

  next(): Feed | null {
    if (this.place !== null) return { tokens: this.pending, from: this.place };
    if (this.context.newest < this.unit) return null;
    const tokens = this.isOpened ? this.turn() : this.options.turns.head;
    return { tokens, from: this.context.place(this.unit) };
  }

  begin(): void {
    if (this.place !== null) return;
    const { tokens, from } = this.next()!;
    this.pending = tokens;
    this.place = from;
    if (this.isOpened) this.context.beginGroup();
    this.events.began(this.unit);
  }

  draft(): readonly number[] {
    return [];
  }

  decide(logits: Float32Array): number | null {
    if (!this.isOpened) {
      this.isOpened = true;
      this.pending = this.turn();
      this.context.beginGroup();
      return null;
    }
    if (this.isClosing) {
      this.goOn();
      return null;
    }
    const token = this.speech.decide(logits);
    if (token === null) this.close();
    else this.pending = [token];
    return token;
  }

  private close(): void {
    const { text, tokens, end } = this.speech;
    const { outcome, surplus } = end!;
    this.context.takeBack(surplus);
    const place = this.place!;
    const isSilent = outcome === "silent";
    this.isClosing = this.options.opensTurns;
    if (this.isClosing) this.pending = this.options.turns.beginTurn();
    else this.goOn();
    this.events.done(
      isSilent
        ? { place, outcome: "skipped", skipReason: "nothing_new", text: "", tokens }
        : { place, outcome, skipReason: null, text, tokens },
    );
  }

  private goOn(): void {
    this.hasTurn = true;
    this.isClosing = false;
    this.place = null;
    this.unit++;
    this.speech = this.listen();
  }

  private turn(): readonly number[] {
    return [...this.request(""), this.think];
  }

  private listen(): ThinkRespondSpeech {
    return new ThinkRespondSpeech({ ...this.options, maySkip: true }, (delta) =>
      this.events.text(this.unit, delta),
    );
  }
}
