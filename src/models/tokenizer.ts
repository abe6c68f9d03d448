import { Tokenizer } from "@huggingface/tokenizers";
import type { Bundle } from "./bundle.ts";
import { ModelError } from "./errors.ts";

/** Ids of the tokens that steer thinking, resolved by name. */
export interface SpecialTokens {
  readonly narrate: number;
  readonly skip: number;
  readonly endThink: number;
  readonly question: number;
  readonly answer: number;
  readonly endAnswer: number;
  /** Asks for a recap; null where the model makes none. */
  readonly recap: number | null;
  /** Times, in order; none where the model does not write them. */
  readonly clock: readonly number[];
  /** Everything that may not appear in a thought or an answer. */
  readonly forbidden: readonly number[];
}

/** Text to token ids and back. */
export class TextCodec {
  readonly special: SpecialTokens;
  private readonly tokenizer: Tokenizer;
  private readonly unknown: string;

  /** @throws {ModelError} `token_missing` when a special token is not in the vocabulary */
  constructor(bundle: Bundle) {
    this.tokenizer = new Tokenizer(bundle.tokenizer.model, bundle.tokenizer.config);
    const { special_tokens: names, clock, recap } = bundle.manifest;
    const id = (token: string): number => {
      const found = this.tokenizer.token_to_id(token);
      if (found === undefined)
        throw new ModelError("token_missing", `${token} is not in ${bundle.dir}/tokenizer.json.`);
      return found;
    };
    this.unknown = names.unknown;
    this.special = {
      narrate: id(names.narrate),
      skip: id(names.skip),
      endThink: id(names.end_think),
      question: id(names.question),
      answer: id(names.answer),
      endAnswer: id(names.end_answer),
      recap: recap === undefined ? null : id(recap.token),
      clock:
        clock === undefined ? [] : Array.from({ length: clock.tokens }, (_, i) => id(clock.first_token) + i),
      forbidden: bundle.manifest.forbidden_tokens.map(id),
    };
  }

  /** Words of a text that are not in the vocabulary, each once. */
  unknownWords(text: string): string[] {
    const unknown = this.tokenizer.token_to_id(this.unknown);
    const words = text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];
    return [...new Set(words)].filter((word) => unknown !== undefined && this.encode(word).includes(unknown));
  }

  encode(text: string): number[] {
    return this.tokenizer.encode(text, { add_special_tokens: false }).ids;
  }

  decode(ids: readonly number[]): string {
    return ids.length === 0 ? "" : this.tokenizer.decode([...ids], { skip_special_tokens: true });
  }
}
