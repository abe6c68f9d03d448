import type { TextCodec } from "./tokenizer.ts";

/** Phrases of a manifest, to be found in texts word by word. */
export class Phrases {
  private readonly phrases: readonly (readonly number[])[];

  /** @throws {ModelError} `token_missing` when a word of a phrase is not in the vocabulary */
  constructor(
    phrases: readonly string[],
    private readonly codec: TextCodec,
  ) {
    this.phrases = phrases.map(codec.phrase);
  }

  /** Whether one of the phrases occurs in a text. */
  occurIn(text: string): boolean {
    const words = this.codec.encode(text);
    return this.phrases.some((phrase) =>
      words.some((_, at) => phrase.every((word, i) => words[at + i] === word)),
    );
  }
}
