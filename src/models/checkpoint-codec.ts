import { Tokenizer } from "@huggingface/tokenizers";
import { ByteDecoder, byteTable } from "./byte-decoder.ts";
import type { Around } from "./chat-template.ts";
import { ModelError } from "./errors.ts";

export interface CheckpointCodecOptions {
  /** The parsed `tokenizer.json` and `tokenizer_config.json`. */
  readonly tokenizer: { readonly model: object; readonly config: object };
  /** Folder of the checkpoint or bundle, for messages. */
  readonly dir: string;
  /** Number of tokens that the graphs know. */
  readonly vocabulary: number;
  /** Tokens that end what the model says. */
  readonly endTokens: readonly number[];
}

interface TokenizerJson {
  readonly added_tokens?: readonly { id: number; content: string; special: boolean }[];
  readonly decoder?: { type?: string; decoders?: readonly { type?: string }[] } | null;
  readonly model?: { type?: string; vocab?: Readonly<Record<string, number>> };
}

/** Turns text into tokens of a published checkpoint and back: byte-level BPE, as the families that can be run have it. */
export class CheckpointCodec {
  /** Tokens that end what the model says. */
  readonly ends: ReadonlySet<number>;
  /** Special tokens that the model must not say: all but those that end it. */
  readonly silent: readonly number[];
  readonly vocabulary: number;
  private readonly tokenizer: Tokenizer;
  private readonly bytes: readonly Uint8Array[];
  private readonly named: readonly string[];

  /** @throws {ModelError} `bundle_invalid` when it is no byte-level BPE, or has tokens that the graphs do not know */
  constructor(private readonly options: CheckpointCodecOptions) {
    const { tokenizer, dir, vocabulary, endTokens } = options;
    const { added_tokens: added = [], decoder, model } = tokenizer.model as TokenizerJson;
    const decoders = [decoder?.type, ...(decoder?.decoders ?? []).map(({ type }) => type)];
    if (model?.type !== "BPE" || model.vocab === undefined || !decoders.includes("ByteLevel")) {
      const message = `${dir}/tokenizer.json is no byte-level BPE tokenizer, and no other kind can be used. Use a checkpoint of one of the families that can be run.`;
      throw new ModelError("bundle_invalid", message);
    }
    const specials = added.filter(({ special }) => special);
    this.bytes = byteTable(model.vocab, added);
    this.vocabulary = vocabulary;
    const most = Math.max(this.bytes.length - 1, ...endTokens);
    if (most >= vocabulary) {
      const message = `${dir}/tokenizer.json has tokens up to ${most}, and the model has ${vocabulary} tokens. Convert the checkpoint again.`;
      throw new ModelError("bundle_invalid", message);
    }
    this.tokenizer = new Tokenizer(tokenizer.model, tokenizer.config);
    this.ends = new Set(endTokens);
    this.silent = specials.map(({ id }) => id).filter((id) => !this.ends.has(id));
    this.named = added.map(({ content }) => content);
  }

  /**
   * The id of a token by its name, such as `<think>`.
   * @throws {ModelError} `token_missing`
   */
  id(name: string): number {
    const id = this.tokenizer.token_to_id(name);
    if (id !== undefined) return id;
    const message = `The tokenizer in ${this.options.dir} has no token ${name}, which the model's way of thinking needs. Choose another way of thinking (thinking.policy in bundle.json), or a checkpoint that has the token.`;
    throw new ModelError("token_missing", message);
  }

  /** Tokens of a text in which the names of tokens stand for them. */
  encode(text: string): number[] {
    return text === "" ? [] : this.tokenizer.encode(text, { add_special_tokens: false }).ids;
  }

  /**
   * Tokens of somebody's words and of what a template puts around them. Names of tokens in the words are words: nobody
   * can end the user's turn, or put pictures into it, by writing `<|im_end|>`.
   */
  encodeWords({ before, after }: Around, words: string): number[] {
    const whole = before + words + after;
    const cuts = new Set<number>();
    for (const name of this.named) {
      for (let at = whole.indexOf(name); at >= 0; at = whole.indexOf(name, at + 1)) {
        const isTemplate = at + name.length <= before.length || at >= before.length + words.length;
        // In two pieces it is no name.
        if (!isTemplate && name.length > 1) cuts.add(at + 1);
      }
    }
    const places = [0, ...[...cuts].sort((a, b) => a - b), whole.length];
    return places.slice(1).flatMap((end, index) => this.encode(whole.slice(places[index], end)));
  }

  /** The text of tokens, without special ones. Bytes that are no character become `�`. */
  decode(ids: readonly number[]): string {
    const decoder = this.decoder();
    return ids.map((id) => decoder.add(id)).join("") + decoder.end();
  }

  /** Decodes tokens that come one by one. */
  decoder(): ByteDecoder {
    return new ByteDecoder(this.bytes);
  }

  /**
   * Tokens with which a word may begin in what the model says: its first letters, at least two, in small or capital
   * letters, with or without a space before it.
   */
  beginnings(word: string): ReadonlySet<number> {
    const capital = word.charAt(0).toUpperCase() + word.slice(1);
    const forms = [word, capital, word.toUpperCase()].flatMap((form) => [form, ` ${form}`]);
    const found = new Set<number>();
    for (const form of forms) {
      const least = form.startsWith(" ") ? 3 : 2;
      for (let length = least; length <= form.length; length++) {
        const ids = this.encode(form.slice(0, length));
        if (ids.length === 1) found.add(ids[0]!);
      }
    }
    return found;
  }
}
