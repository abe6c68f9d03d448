import { HiddenReasoning } from "./hidden-reasoning.ts";
import { firstSentenceEnd } from "./sentence-ends.ts";
import { withoutLead } from "./thought-lead.ts";

const CLAUSE_ENDS = /[,;:—–]?\s(?:and\s)?(?:while|but|because|then)\s|[,;:—–](?=\s)/giu;
const SAYS = /[\p{L}\p{N}]/u;
const SENTENCE_ENDS = /[.!?。！？]["'”’»)*`]*\s*$/u;
const SPECIAL = /<\|[^|\s]*\|>|<\/?s>/u;

/**
 * Makes one short thought of what a model says, while it says it: without opening phrases, quotes, Markdown and hidden
 * reasoning, and the first sentence or line of it only. The words of a clause are told when it is whole, so that a thought
 * whose tokens are used up ends with a whole clause, or with a whole word where it has no other.
 */
export class ThoughtCleaner {
  private readonly hidden = new HiddenReasoning();
  private raw = "";
  private told = 0;
  private whole = false;

  /** Whether the sentence is whole, so that generating may be stopped. */
  get ended(): boolean {
    return this.whole;
  }

  /** @returns what can be told now */
  push(delta: string): string {
    if (this.whole) return "";
    this.raw += this.hidden.push(delta);
    if (this.raw === "") return "";
    const { text, open, quoted } = withoutLead(this.raw);
    if (open) return "";
    const end = sentenceEnd(text);
    this.whole = end >= 0;
    return this.tell(this.whole ? closed(text.slice(0, end), quoted) : clauses(text));
  }

  /**
   * @param cut whether the budget of tokens ended it
   * @returns the rest
   */
  end(cut: boolean): string {
    if (this.whole) return "";
    this.whole = true;
    this.raw += this.hidden.end();
    const { text, quoted } = withoutLead(this.raw);
    const said = SAYS.test(text) ? text : this.raw;
    if (!SAYS.test(said)) return "";
    if (!cut || SENTENCE_ENDS.test(said)) return this.tell(closed(said, quoted));
    return this.tell(SAYS.test(clauses(said)) ? clauses(said) : words(said));
  }

  private tell(text: string): string {
    const tidied = tidy(text);
    const out = tidied.slice(this.told);
    this.told = Math.max(this.told, tidied.length);
    return out;
  }
}

/** One short thought of a whole text; see {@link ThoughtCleaner}. Empty only if there was none, or hidden reasoning alone. */
export function cleanThought(text: string, cut: boolean): string {
  const cleaner = new ThoughtCleaner();
  return cleaner.push(text) + cleaner.end(cut);
}

function sentenceEnd(text: string): number {
  const special = SPECIAL.exec(text)?.index ?? -1;
  const end = firstSentenceEnd(special < 0 ? text : text.slice(0, special));
  return end < 0 ? special : end;
}

/** The clauses that are surely whole, without the sign between them and what follows. */
function clauses(text: string): string {
  const last = [...text.matchAll(CLAUSE_ENDS)].at(-1);
  return last === undefined ? "" : text.slice(0, last.index);
}

/** Whole words: the last one may have been cut. */
function words(text: string): string {
  const whole = text.replace(/\s+\S*$/u, "");
  return whole.trim() === "" ? text : whole;
}

/** Without the quote at the end whose beginning was taken off. */
function closed(text: string, quoted: boolean): string {
  return quoted ? text.replace(/["”»]+\s*$/u, "") : text;
}

function tidy(text: string): string {
  return text.replace(/[*`]/gu, "").replace(/\s+/gu, " ").trim();
}
