import type { BundleManifest, OverlookedWhy } from "./bundle-schema.ts";
import { Phrases } from "./phrases.ts";
import type { TextCodec } from "./tokenizer.ts";

/** Knows which answers of a bundle are counts, and which of its thoughts say that a count may be too small. */
export class Counting {
  private readonly questions: Phrases;
  private readonly overlooked: readonly { readonly phrases: Phrases; readonly why: OverlookedWhy }[];

  /** @throws {ModelError} `token_missing` when a word of a phrase is not in the vocabulary */
  constructor({ counting }: BundleManifest, codec: TextCodec) {
    this.questions = new Phrases(counting?.phrases ?? [], codec);
    this.overlooked = (counting?.overlooked ?? []).map(({ phrases, why }) => ({
      phrases: new Phrases(phrases, codec),
      why,
    }));
  }

  /** Whether an answer says how many there were: such a question, and a bare number. `7 seconds` is no count. */
  isCount(question: string, answer: string): boolean {
    return /^\d+$/.test(answer) && this.questions.occurIn(question);
  }

  /** Why somebody may be missed while a thought says this; null when the thought does not say so. */
  whyOverlooked(thought: string): OverlookedWhy | null {
    return this.overlooked.find(({ phrases }) => phrases.occurIn(thought))?.why ?? null;
  }
}
