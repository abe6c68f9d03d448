import type { UnitPlace } from "../../cache/mod.ts";
import type { CheckpointCodec } from "../../models/mod.ts";
import { SpeakingDecision, ThoughtMemory, ThoughtText } from "../../prompting/mod.ts";
import { keptTokens } from "../kept-tokens.ts";
import type { NgramDrafter } from "../ngram-drafter.ts";
import type { PromptedTurns } from "../prompted-turns.ts";
import type { Sampler } from "../sampler.ts";
import type { ThinkerContext } from "../thinker-context.ts";
import type { WordChoice } from "../word-choice.ts";
import { type Feed, type Policy, PRIORITY } from "./policy.ts";
import { reasonToSkip, type ToldThought, type ToldThoughtEvents } from "./told-thought.ts";

export interface PromptedNarratorOptions {
  readonly codec: CheckpointCodec;
  readonly turns: PromptedTurns;
  /** Between speaking and being silent; null: it speaks about each unit. */
  readonly choice: WordChoice | null;
  readonly sampler: Sampler;
  /** Most tokens of a thought. */
  readonly thoughtTokens: number;
  /** A thought that repeats one of the newest, which together have so many tokens, is not told. */
  readonly memoryTokens: number;
  /** Whether nothing has changed in a unit, so that it is not thought about. */
  readonly isStill: (unit: number) => boolean;
  /** Whether units that are no longer the newest are left out. */
  readonly skipLate: boolean;
  /** Drafts thoughts; null when they are not chosen greedily. */
  readonly drafter: NgramDrafter | null;
}

/** What it does with the unit at hand: feed what the user wants, decide whether to speak, ask for a thought and speak. */
type Phase = "opening" | "deciding" | "speaking";

/**
 * Thinks about the units of a stream with a model that was never taught to think while it sees. It asks the model
 * whether there is something to say, and decides by the logits of the two answers. If there is, it takes the question
 * back and asks for a thought, one sentence, at whose end it stops the model. Without a choice it asks for a thought at once.
 *
 * So its C_r is a conversation in which each thought is an answer to `What happens at 0:07?`. Each thought is a group of
 * it, with the request before it. Of a unit about which nothing is said, or only what has been said, nothing stays, and
 * what follows a thought's sentence or last whole clause is taken back: what it remembers is what was told. Since its
 * thoughts cannot be hidden from it, a repetition is not tried again without them; {@link SpeakingDecision} then
 * speaks less.
 *
 * {@link catchUp} must be called between two steps, before it is asked for its next step.
 */
export class PromptedNarrator implements Policy {
  readonly drafter: NgramDrafter | null;
  private readonly speaking = new SpeakingDecision();
  private readonly memory: ThoughtMemory;
  private unit = 0;
  /** Where the unit stands that it thinks about; null while it has not begun with it. */
  private place: UnitPlace | null = null;
  private phase: Phase;
  private pending: readonly number[] = [];
  /** The request with which it begins the next unit, made once. */
  private request: { readonly unit: number; readonly tokens: readonly number[] } | null = null;
  /** See {@link unfed}. */
  private rest: readonly number[] | null = null;
  private words: number[] = [];
  private told = "";
  private text = new ThoughtText([]);
  private decoder: ReturnType<CheckpointCodec["decoder"]>;
  /** Tokens generated about this unit. */
  private tokens = 0;

  constructor(
    private readonly context: ThinkerContext,
    private readonly options: PromptedNarratorOptions,
    private readonly events: ToldThoughtEvents,
  ) {
    this.drafter = options.drafter;
    this.memory = new ThoughtMemory(options.memoryTokens);
    this.decoder = options.codec.decoder();
    this.phase = options.turns.head.length > 0 ? "opening" : "deciding";
  }

  /** While it speaks it feeds a word at a time; before that a request, whose tokens are many. */
  get priority(): number {
    return this.words.length > 0 ? PRIORITY.narration : PRIORITY.prefill;
  }

  /** The unit that it thinks about, or waits for. All before it are done. */
  get current(): number {
    return this.unit;
  }

  /**
   * Tokens of the last finished thought that are still to be fed, before its turn is closed; null when nothing has been
   * said. A thinker that goes on from {@link forkFinished} begins with them.
   */
  get unfed(): readonly number[] | null {
    return this.rest;
  }

  /** A context of its finished thoughts, from which another thinker goes on. One unit must be done. */
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
    if (this.place !== null || this.unit === 0) return false;
    for (let reason = this.reasonToSkip(); reason !== null; reason = this.reasonToSkip()) {
      const place = this.context.place(this.unit);
      this.goOn();
      this.events.done({ place, outcome: "skipped", skipReason: reason, text: "", tokens: 0 });
    }
    return this.unit > before;
  }

  next(): Feed | null {
    if (this.place !== null) return { tokens: this.pending, from: this.place };
    if (this.context.newest < this.unit) return null;
    const place = this.context.place(this.unit);
    if (this.request?.unit !== this.unit) {
      this.request = { unit: this.unit, tokens: this.firstRequest(place.mediaTimeMs) };
    }
    const { head } = this.options.turns;
    return { tokens: this.phase === "opening" ? head : this.request.tokens, from: place };
  }

  begin(): void {
    if (this.place !== null) return;
    const { tokens, from } = this.next()!;
    this.pending = tokens;
    this.place = from;
    if (this.phase === "deciding") this.beginRequest();
    this.events.began(this.unit);
  }

  draft(drafter: NgramDrafter, most: number): readonly number[] {
    if (this.phase !== "speaking") return [];
    return drafter.draft(this.words, Math.min(most, this.options.thoughtTokens - this.words.length), []);
  }

  decide(logits: Float32Array): number | null {
    if (this.phase === "speaking") return this.speak(logits);
    if (this.phase === "opening") {
      this.phase = "deciding";
      this.pending = this.request!.tokens;
      this.beginRequest();
    } else this.choose(logits);
    return null;
  }

  private firstRequest(nowMs: number): number[] {
    const { turns, choice } = this.options;
    return choice === null ? turns.thought(this.rest, nowMs) : turns.decision(this.rest, nowMs);
  }

  private beginRequest(): void {
    this.context.beginGroup();
    if (this.options.choice === null) this.beginThought();
  }

  private choose(logits: Float32Array): void {
    this.tokens++;
    if (this.speaking.decide(this.options.choice!.score(logits)).speak) this.ask();
    else this.skip("nothing_new");
  }

  /** Takes the question back whether to speak, and asks for a thought. */
  private ask(): void {
    const { turns } = this.options;
    const thought = turns.thought(this.rest, this.place!.mediaTimeMs);
    const same = sharedLength(this.pending, thought.slice(0, -1));
    this.context.takeBack(this.pending.length - same);
    this.pending = thought.slice(same);
    this.beginThought();
  }

  private beginThought(): void {
    this.phase = "speaking";
    this.told = "";
    this.text = new ThoughtText(this.memory.thoughts.map(({ text }) => text));
    this.decoder = this.options.codec.decoder();
  }

  private speak(logits: Float32Array): number | null {
    const { codec, sampler, thoughtTokens } = this.options;
    for (const id of codec.silent) logits[id] = Number.NEGATIVE_INFINITY;
    const token = sampler.choose(logits);
    this.tokens++;
    const isEnd = codec.ends.has(token);
    if (isEnd || this.words.length >= thoughtTokens) {
      this.close(this.words.length, !isEnd);
      return null;
    }
    this.words.push(token);
    this.tell(this.text.add(this.decoder.add(token)));
    this.pending = [token];
    if (!this.text.ended) return token;
    this.close(this.words.length - 1, false);
    return null;
  }

  /**
   * @param fed how many of its words have been fed
   * @param cut whether its tokens are used up
   */
  private close(fed: number, cut: boolean): void {
    const last = this.text.add(this.decoder.end());
    const { rest, repeated, whole } = this.text.end(cut);
    this.tell(last + rest);
    const isNothing = repeated || this.told === "";
    this.speaking.heard(isNothing);
    if (isNothing) this.skip("repeated");
    else this.keep(fed, whole);
  }

  private keep(fed: number, whole: boolean): void {
    const { codec } = this.options;
    const kept = keptTokens(this.words, this.told, (words) => codec.decode(words));
    this.context.takeBack(Math.max(0, fed - kept));
    this.rest = this.words.slice(fed, kept);
    this.drafter?.learn(this.words.slice(0, kept), null);
    const { mediaTimeMs } = this.place!;
    this.memory.add({ mediaTimeMs, text: this.told, tokens: kept });
    this.finish({ outcome: whole ? "completed" : "incomplete", skipReason: null, text: this.told });
  }

  private tell(delta: string): void {
    if (delta === "") return;
    this.told += delta;
    this.events.text(this.unit, delta);
  }

  private skip(skipReason: "nothing_new" | "repeated"): void {
    this.context.forgetGroup();
    this.finish({ outcome: "skipped", skipReason, text: "" });
  }

  private finish(came: Pick<ToldThought, "outcome" | "skipReason" | "text">): void {
    const thought = { ...came, place: this.place!, tokens: this.tokens };
    this.goOn();
    this.events.done(thought);
  }

  private goOn(): void {
    this.unit++;
    this.place = null;
    this.phase = "deciding";
    this.words = [];
    this.tokens = 0;
  }

  private reasonToSkip(): "still" | "late" | null {
    const { isStill, skipLate } = this.options;
    return reasonToSkip(this.unit, this.context.newest, isStill, skipLate);
  }
}

/** How many tokens two lists have in common at their beginning. */
function sharedLength(a: readonly number[], b: readonly number[]): number {
  const differs = a.findIndex((token, index) => token !== b[index]);
  return differs < 0 ? Math.min(a.length, b.length) : differs;
}
