import { type ContentWords, contentWords } from "./content-words.ts";
import { firstSentenceEnd } from "./sentence-ends.ts";

/** Share of the pairs of neighbouring words that a repetition has from the earlier thought: who did what to whom. */
const SAME_PAIRS = 0.5;

/**
 * Keeps a thought from saying again what was said. A sentence repeats an earlier one if all of its content words are in that
 * one, mostly in the same order: so another wording, or less of it, is a repetition, and another colour is none.
 *
 * What was streamed out cannot be taken back. So the deltas of a sentence are held back while it can still become a
 * repetition, and are released from the first word on that none of the earlier sentences has.
 */
export class RepetitionGate {
  private readonly earlier: ContentWords[];
  /** The sentence that is being said, and what follows it. */
  private text = "";
  /** How much of `text` was released, or is left out as the space before the first word. */
  private told = 0;
  private released = false;
  private dropped = false;
  private stopped = false;

  /** @param earlier thoughts that must not be repeated; thoughts that may be said again are left out of it */
  constructor(earlier: readonly string[]) {
    this.earlier = earlier.flatMap(sentences).map(contentWords);
  }

  /** Whether nothing more will be released, so that generating may be stopped. */
  get ended(): boolean {
    return this.stopped;
  }

  /** @returns what can be told now */
  push(delta: string): string {
    if (this.stopped) return "";
    this.text += delta;
    let out = "";
    for (
      let end = firstSentenceEnd(this.text);
      end >= 0 && !this.stopped;
      end = firstSentenceEnd(this.text)
    ) {
      out += this.finish(end);
    }
    if (this.stopped || (this.told === 0 && this.canRepeat(this.text))) return out;
    // A sign at the end is held back: whether it ends the sentence is known once something follows it.
    return out + this.tell(this.text.replace(/[.!?。！？"'”’»)\s]+$/u, "").length);
  }

  /** @returns the rest of the text, and whether all of the thought was a repetition, so that it counts as silence */
  end(): { readonly text: string; readonly repeated: boolean } {
    const text = this.stopped ? "" : this.finish(this.text.length);
    this.stopped = true;
    return { text, repeated: !this.released && this.dropped };
  }

  /** @returns the rest of the sentence that ends at an index of `text`; nothing if it is a repetition */
  private finish(end: number): string {
    const sentence = this.text.slice(0, end);
    const repeats = this.told === 0 && this.repeats(sentence);
    const out = repeats ? "" : this.tell(end);
    if (repeats) this.dropped = true;
    else this.earlier.push(contentWords(sentence));
    this.stopped = repeats && this.released;
    this.text = this.text.slice(end);
    this.told = 0;
    return out;
  }

  /** Releases the sentence up to an index. */
  private tell(end: number): string {
    const out = this.text.slice(this.told, end);
    this.told = Math.max(this.told, end);
    if (this.released) return out;
    this.released = out.trim() !== "";
    return out.trimStart();
  }

  /** Whether a beginning can still become a repetition. Its last word may not be whole yet. */
  private canRepeat(beginning: string): boolean {
    const { words, hollow } = contentWords(beginning.replace(/\S+$/u, ""));
    if (hollow) return this.earlier.length > 0;
    return this.earlier.some((said) => words.every((word) => said.words.includes(word)));
  }

  private repeats(sentence: string): boolean {
    const { words, pairs } = contentWords(sentence);
    if (words.length === 0) return false;
    return this.earlier.some((said) => {
      if (!words.every((word) => said.words.includes(word))) return false;
      return pairs.filter((pair) => said.pairs.includes(pair)).length >= SAME_PAIRS * pairs.length;
    });
  }
}

function sentences(text: string): string[] {
  const end = firstSentenceEnd(text);
  return end < 0 ? [text] : [text.slice(0, end), ...sentences(text.slice(end))];
}
