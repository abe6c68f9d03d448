import type { CheckpointCodec } from "../models/mod.ts";
import { WholeWords } from "../prompting/mod.ts";
import type { Sampler } from "./sampler.ts";

/** Tokens that hold a turn together, by their names. */
export interface ThinkRespondNames {
  readonly think: string;
  readonly endThink: string;
  readonly response: string;
  readonly silent: string;
}

/** As ThinkStream writes them. */
export const THINK_RESPOND: ThinkRespondNames = {
  think: "<think>",
  endThink: "</think>",
  response: "<response>",
  silent: "<silent>",
};

export interface ThinkRespondOptions {
  readonly codec: CheckpointCodec;
  readonly sampler: Sampler;
  readonly names: ThinkRespondNames;
  /** Most tokens of what the model thinks. */
  readonly thinkTokens: number;
  /** Most tokens of what it says. */
  readonly responseTokens: number;
  /** Whether it may be silent. */
  readonly maySkip: boolean;
}

/** How a turn has ended. */
export interface ThinkRespondEnd {
  /** `incomplete`: its tokens were used up, and what is told of it ends with a whole word. */
  readonly outcome: "completed" | "incomplete" | "silent";
  /** Tokens at its end that have been fed, and that belong to a word that was cut off. */
  readonly surplus: number;
}

type Part = "thinking" | "choosing" | "responding" | "silent";

/**
 * One turn of a model that was taught to think before it speaks: `<think>…</think>`, then `<response>…` or `<silent>`.
 * Whatever the model would rather say, its turn has this form: what is out of place is hidden from it, and thinking that
 * has used up its tokens is closed.
 */
export class ThinkRespondSpeech {
  private readonly id: Readonly<Record<keyof ThinkRespondNames, number>>;
  private readonly marks: readonly number[];
  private readonly decoder: ReturnType<CheckpointCodec["decoder"]>;
  private readonly whole = new WholeWords();
  private part: Part = "thinking";
  private thought = 0;
  private readonly said: number[] = [];
  private generated = 0;
  private told = "";
  private ending: ThinkRespondEnd | null = null;

  /**
   * @param tell called with the next whole words of what it says
   * @throws {ModelError} `token_missing` when the tokenizer lacks one of the tokens
   */
  constructor(
    private readonly options: ThinkRespondOptions,
    private readonly tell: (delta: string) => void,
  ) {
    const { codec, names } = options;
    this.id = thinkRespondIds(codec, names);
    this.marks = Object.values(this.id);
    this.decoder = codec.decoder();
  }

  /** What it says, as far as it was told. */
  get text(): string {
    return this.told;
  }

  /** Tokens of what it says. */
  get spoken(): number {
    return this.said.length;
  }

  /** Tokens that the model was asked for, thinking included. */
  get tokens(): number {
    return this.generated;
  }

  /** Whether it has begun to say something. */
  get hasBegun(): boolean {
    return this.generated > 0;
  }

  /** How it has ended; null while it has not. */
  get end(): ThinkRespondEnd | null {
    return this.ending;
  }

  /**
   * Takes the logits behind the token that was fed last; the first one is `<think>`.
   * @returns the token to feed next; null when the turn has ended
   */
  decide(logits: Float32Array): number | null {
    if (this.part === "silent") {
      this.ending = { outcome: "silent", surplus: 0 };
      return null;
    }
    this.generated++;
    if (this.part === "thinking") return this.think(logits);
    if (this.part === "choosing") return this.choose(logits);
    return this.respond(logits);
  }

  private think(logits: Float32Array): number {
    const { codec, sampler, thinkTokens } = this.options;
    const { endThink } = this.id;
    const others = this.marks.filter((id) => id !== endThink);
    hide(logits, [...codec.silent.filter((id) => id !== endThink), ...codec.ends, ...others]);
    const token = this.thought >= thinkTokens ? endThink : sampler.choose(logits);
    this.thought++;
    if (token === endThink) this.part = "choosing";
    return token;
  }

  private choose(logits: Float32Array): number {
    const { sampler, maySkip } = this.options;
    const { response, silent } = this.id;
    const allowed = new Map([response, ...(maySkip ? [silent] : [])].map((id) => [id, logits[id]!]));
    logits.fill(Number.NEGATIVE_INFINITY);
    for (const [id, logit] of allowed) logits[id] = logit;
    const token = sampler.choose(logits);
    this.part = token === silent ? "silent" : "responding";
    return token;
  }

  private respond(logits: Float32Array): number | null {
    const { codec, sampler, responseTokens } = this.options;
    hide(logits, [...codec.silent, ...this.marks]);
    if (this.said.length === 0) hide(logits, codec.ends);
    const token = sampler.choose(logits);
    const isEnd = codec.ends.has(token);
    if (isEnd || this.said.length >= responseTokens) {
      this.close(!isEnd);
      return null;
    }
    this.said.push(token);
    this.add(this.whole.push(this.decoder.add(token)));
    return token;
  }

  private close(cut: boolean): void {
    this.add(this.whole.push(this.decoder.end()) + this.whole.end(cut));
    const kept = cut ? this.wholeTokens() : this.said.length;
    const outcome = this.told.trim() === "" ? "silent" : cut ? "incomplete" : "completed";
    this.ending = { outcome, surplus: this.said.length - kept };
  }

  /** How many tokens the words have that were told. */
  private wholeTokens(): number {
    const text = (count: number) => this.options.codec.decode(this.said.slice(0, count)).trim();
    let count = this.said.length;
    while (count > 1 && text(count).length > this.told.trim().length) count--;
    return count;
  }

  private add(delta: string): void {
    const text = this.told === "" ? delta.trimStart() : delta;
    if (text === "") return;
    this.told += text;
    this.tell(text);
  }
}

/**
 * The ids of the tokens that hold a turn together.
 * @throws {ModelError} `token_missing`
 */
export function thinkRespondIds(
  codec: CheckpointCodec,
  names: ThinkRespondNames,
): Readonly<Record<keyof ThinkRespondNames, number>> {
  return {
    think: codec.id(names.think),
    endThink: codec.id(names.endThink),
    response: codec.id(names.response),
    silent: codec.id(names.silent),
  };
}

function hide(logits: Float32Array, ids: Iterable<number>): void {
  for (const id of ids) logits[id] = Number.NEGATIVE_INFINITY;
}
