import { Tokenizer } from "@huggingface/tokenizers";
import type { Bundle } from "./bundle.ts";
import { ModelError } from "./errors.ts";

/** How a model counts aloud in its thoughts: `a red car enters from the left #3`. */
export interface NumberTokens {
  /** Tokens of the numbers 1, 2, 3 and so on. */
  readonly numbers: readonly number[];
  /** Words for what is counted. */
  readonly kinds: readonly number[];
  /** Verbs that are told with a number; those of one list are counted together. */
  readonly verbs: readonly (readonly number[])[];
}

/** Ids of the special tokens, resolved by name. */
export interface SpecialTokens {
  readonly narrate: number;
  readonly skip: number;
  readonly endThink: number;
  readonly question: number;
  readonly answer: number;
  readonly endAnswer: number;
  /** Begins a recap; null if the model writes none. */
  readonly recap: number | null;
  /** Stands between two clauses; null if the model's thoughts have none. */
  readonly separator: number | null;
  /** Running numbers; null if the model writes none. */
  readonly running: NumberTokens | null;
  /** Clock tokens in order of time; empty if the model has none. */
  readonly clock: readonly number[];
  /** Tokens that may not appear in a thought or an answer. */
  readonly forbidden: readonly number[];
}

const WORD = /[\p{L}\p{N}]+/gu;

/**
 * That the graphs know every token that the tokenizer and the clock can make.
 *
 * @throws {ModelError} `bundle_invalid`
 */
function requireVocabulary({ dir, manifest, tokenizer }: Bundle, firstClock: number | null): void {
  const { model, added_tokens: added = [] } = tokenizer.model as TokenizerJson;
  const { vocabulary } = manifest.transformer;
  const listed = [...Object.values(model?.vocab ?? {}), ...added.map(({ id }) => id)];
  const highest = listed.reduce<number>(
    (most, id) => (typeof id === "number" ? Math.max(most, id) : most),
    -1,
  );
  const lastClock = firstClock === null ? -1 : firstClock + manifest.clock!.tokens - 1;
  if (Math.max(highest, lastClock) < vocabulary) return;
  const what =
    highest >= vocabulary
      ? `${dir}/tokenizer.json has tokens up to ${highest}`
      : `by clock.tokens in ${dir}/bundle.json clock tokens go up to ${lastClock}`;
  const message = `The model's tokens do not fit: ${what}, and transformer.vocabulary in bundle.json is ${vocabulary}. Correct bundle.json, or export the bundle again.`;
  throw new ModelError("bundle_invalid", message);
}

/** The part of tokenizer.json that lists tokens. Models without such a list of ids are not checked. */
interface TokenizerJson {
  readonly model?: { readonly vocab?: Readonly<Record<string, unknown>> };
  readonly added_tokens?: readonly { readonly id: number }[];
}

/** Turns text into token ids and back. */
export class TextCodec {
  readonly special: SpecialTokens;
  /**
   * Tokens of a phrase of a manifest, word by word.
   * @throws {ModelError} `token_missing` when one is not in the vocabulary
   */
  readonly phrase: (text: string) => number[];
  private readonly tokenizer: Tokenizer;
  private readonly unknown: string;
  private readonly synonyms: ReadonlyMap<string, string>;

  /** @throws {ModelError} `bundle_invalid`; `token_missing` when a special token or a synonym's replacement is not in the vocabulary */
  constructor(bundle: Bundle) {
    this.tokenizer = new Tokenizer(bundle.tokenizer.model, bundle.tokenizer.config);
    const { special_tokens: names, clock, recap, clauses, running_numbers: running } = bundle.manifest;
    const id = (token: string): number => {
      const found = this.tokenizer.token_to_id(token);
      if (found === undefined)
        throw new ModelError(
          "token_missing",
          `The token ${token} is not in ${bundle.dir}/tokenizer.json. Export the bundle again.`,
        );
      return found;
    };
    const firstClock = clock === undefined ? null : id(clock.first_token);
    requireVocabulary(bundle, firstClock);
    this.phrase = (text) => text.split(" ").map(id);
    this.unknown = names.unknown;
    this.special = {
      narrate: id(names.narrate),
      skip: id(names.skip),
      endThink: id(names.end_think),
      question: id(names.question),
      answer: id(names.answer),
      endAnswer: id(names.end_answer),
      recap: recap === undefined ? null : id(recap.token),
      separator: clauses === undefined ? null : id(clauses.separator),
      running:
        running === undefined
          ? null
          : {
              numbers: Array.from({ length: running.most }, (_, i) => id(`${running.prefix}${i + 1}`)),
              kinds: running.kinds.map(id),
              verbs: running.verbs.map((verbs) => verbs.map(id)),
            },
      clock: firstClock === null ? [] : Array.from({ length: clock!.tokens }, (_, i) => firstClock + i),
      forbidden: bundle.manifest.forbidden_tokens.map(id),
    };
    this.synonyms = new Map(Object.entries(bundle.manifest.synonyms));
    for (const read of this.synonyms.values()) this.phrase(read);
  }

  /** Words of a text that are neither in the vocabulary nor synonyms, each once. */
  unknownWords(text: string): string[] {
    const unknown = this.tokenizer.token_to_id(this.unknown);
    const words = text.toLowerCase().match(WORD) ?? [];
    return [...new Set(words)].filter((word) => unknown !== undefined && this.encode(word).includes(unknown));
  }

  /** Tokens of a text, after synonyms have been replaced. */
  encode(text: string): number[] {
    const known = text.replace(WORD, (word) => this.synonyms.get(word.toLowerCase()) ?? word);
    return this.tokenizer.encode(known, { add_special_tokens: false }).ids;
  }

  decode(ids: readonly number[]): string {
    return ids.length === 0 ? "" : this.tokenizer.decode([...ids], { skip_special_tokens: true });
  }
}
