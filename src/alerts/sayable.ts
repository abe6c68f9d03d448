import type { ModelLanguage } from "../engine/mod.ts";
import { type Clause, sayClause, VERBS } from "./clause.ts";
import type { Condition, EventPattern, Pattern, ScenePattern, WhoPattern } from "./condition.ts";
import { COLOURS } from "./words/lexicon.ts";

/** Kinds of things that thoughts may be about. */
const KINDS = ["person", "car", "object", "hand", "animal"] as const;
const SIDES = ["left", "right", "top", "bottom"] as const;
const SIZES = ["small", "big"] as const;

/** Most examples in a refusal. */
const EXAMPLES = 4;

/** What a model can say, as far as its words go. */
export class Sayable {
  private readonly words: ReadonlySet<string>;

  constructor({ words }: ModelLanguage) {
    this.words = new Set(words);
  }

  /** Why a condition can never be said, as a sentence; null: it can. */
  refusal(condition: Condition): string | null {
    for (const pattern of condition) {
      const why = this.refusalOf(pattern);
      if (why !== null) return why;
    }
    return null;
  }

  /** Clauses that the model can say; those about a kind first, where one is given. */
  examples(kinds: readonly string[] = []): string[] {
    const [kind = "person", otherKind = "car"] = [
      ...KINDS.filter((each) => kinds.includes(each)),
      ...KINDS.filter((each) => !kinds.includes(each)),
    ].filter((each) => this.has(each));
    const who = { colour: null, kind };
    const things: readonly Clause[] = [
      { verb: "enters", place: "left", ...who, other: null },
      { verb: "stops", place: null, ...who, other: null },
      { verb: "leaves", place: "right", colour: null, kind: otherKind, other: null },
      { verb: "taken", place: null, colour: null, kind: "object", other: null },
      { verb: "lights off", place: null, colour: null, kind: null, other: null },
      { verb: "moves", place: "right", ...who, other: null },
    ];
    return things
      .map((clause) => sayClause(clause))
      .filter((text) => this.has(text))
      .slice(0, EXAMPLES);
  }

  private refusalOf(pattern: Pattern): string | null {
    switch (pattern.type) {
      case "absence":
        return this.refusalOf(pattern.of);
      case "state":
        return this.refusalOfWho(pattern.who);
      case "scene":
        return this.refusalOfVerbs([(pattern satisfies ScenePattern).since]);
      case "event":
        return this.refusalOfEvent(pattern);
    }
  }

  private refusalOfEvent({ who, verbs, other }: EventPattern): string | null {
    if (who !== null && who.size !== null && verbs.some((verb) => verb !== "moves"))
      return 'It says the size only of what moves, such as "a big car moves".';
    return (
      (who && this.refusalOfWho(who)) ?? (other && this.refusalOfWho(other)) ?? this.refusalOfVerbs(verbs)
    );
  }

  private refusalOfVerbs(verbs: readonly string[]): string | null {
    const isSayable = verbs.some((verb) => VERBS.includes(verb) && this.has(this.clauseOf(verb)));
    return isSayable ? null : `It never says that something ${verbs[0]}.`;
  }

  private refusalOfWho({ kinds, colours, size }: WhoPattern): string | null {
    const missing = [...(kinds ?? []), ...(colours ?? []), ...(size === null ? [] : [size])].filter(
      (word) => !this.has(word),
    );
    if (missing.length === 0) return null;
    const known = (list: readonly string[]) => list.filter((word) => this.has(word)).join(", ");
    return `It does not know the word "${missing[0]}". It knows ${known(KINDS)}; ${known(COLOURS)}; ${known(SIZES)}.`;
  }

  private clauseOf(verb: string): string {
    const party = { colour: null, kind: KINDS.find((kind) => this.has(kind)) ?? "person" };
    return sayClause({ verb, place: SIDES[0], ...party, other: party });
  }

  /** Whether the model has all words of a text. */
  private has(text: string): boolean {
    return text.split(" ").every((word) => this.words.has(word));
  }
}
