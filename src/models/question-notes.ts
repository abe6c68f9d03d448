import type { BundleManifest } from "./bundle-schema.ts";
import type { TextCodec } from "./tokenizer.ts";

/** Finds what a bundle has to say beside the answers to some questions (`notes` in its manifest). */
export class QuestionNotes {
  private readonly notes: readonly {
    readonly phrases: readonly (readonly number[])[];
    readonly text: string;
  }[];

  /** @throws {ModelError} `token_missing` when a word of a phrase is not in the vocabulary */
  constructor(
    { notes }: BundleManifest,
    private readonly codec: TextCodec,
  ) {
    this.notes = notes.map(({ phrases, text }) => ({ phrases: phrases.map(codec.phrase), text }));
  }

  /** The note on answers to a question, in a whole sentence; null if there is none. */
  on(question: string): string | null {
    const words = this.codec.encode(question);
    const found = this.notes.find(({ phrases }) => phrases.some((phrase) => contains(words, phrase)));
    return found?.text ?? null;
  }
}

function contains(words: readonly number[], phrase: readonly number[]): boolean {
  return words.some((_, at) => phrase.every((word, i) => words[at + i] === word));
}
