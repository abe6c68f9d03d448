import type { BundleManifest } from "./bundle-schema.ts";
import { Phrases } from "./phrases.ts";
import type { TextCodec } from "./tokenizer.ts";

/** Finds what a bundle has to say beside the answers to some questions (`notes` in its manifest). */
export class QuestionNotes {
  private readonly notes: readonly { readonly phrases: Phrases; readonly text: string }[];

  /** @throws {ModelError} `token_missing` when a word of a phrase is not in the vocabulary */
  constructor({ notes }: BundleManifest, codec: TextCodec) {
    this.notes = notes.map(({ phrases, text }) => ({ phrases: new Phrases(phrases, codec), text }));
  }

  /** The note on answers to a question, in a whole sentence; null if there is none. */
  on(question: string): string | null {
    return this.notes.find(({ phrases }) => phrases.occurIn(question))?.text ?? null;
  }
}
