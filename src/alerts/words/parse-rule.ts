import {
  ANYTHING,
  type Condition,
  type EventPattern,
  type Pattern,
  type Posture,
  type WhoPattern,
} from "../condition.ts";
import { WordsError } from "../errors.ts";
import type { Does, Token } from "./tokens.ts";

type Kind = WhoPattern["except"][number];

/** Verbs that tell a side, and those that tell a direction. */
const SIDED: ReadonlySet<string> = new Set(["enters", "leaves"]);
const DIRECTED: ReadonlySet<string> = new Set(["moves", "starts", "turns"]);
/** Verbs that tell of two. */
const PAIRED: ReadonlySet<string> = new Set(["meets", "passes", "hits", "follows"]);

/**
 * Makes a condition of the phrases of a rule. Its parts are joined by "or".
 *
 * @throws {WordsError} when they do not make a sentence that rules know
 */
export function parseRule(tokens: readonly Token[]): Condition {
  return new RuleParser(tokens).rule();
}

class RuleParser {
  private at = 0;

  constructor(private readonly tokens: readonly Token[]) {}

  rule(): Condition {
    const patterns: Pattern[] = [];
    do patterns.push(...this.clause());
    while (this.takeOr());
    if (this.next !== undefined) throw this.stuck();
    return patterns;
  }

  private clause(): Pattern[] {
    const { next } = this;
    if (next?.is === "scene") {
      this.at++;
      return [event({ who: null, verbs: [next.verb] })];
    }
    if (next?.is === "sceneState") {
      this.at++;
      return [{ type: "scene", since: next.since, until: next.until }];
    }
    // `there is a car`
    const posture = next?.is === "state" ? this.posture() : null;
    const isAbsent = this.absent();
    const who = isAbsent === null ? this.who() : isAbsent;
    const patterns = this.predicates(who, posture);
    return isAbsent === null ? patterns : patterns.map(absence);
  }

  /** Whoever is said not to do something; null: the clause does not begin so. */
  private absent(): WhoPattern | null {
    const { next } = this;
    if (next?.is === "nobody") {
      this.at++;
      return this.exceptions({ ...ANYTHING, kinds: next.kinds });
    }
    if (next?.is !== "no") return null;
    this.at++;
    return this.who();
  }

  private predicates(subject: WhoPattern, posture: Posture | null): Pattern[] {
    const patterns: Pattern[] = [];
    let who = subject;
    do {
      if (this.next?.is === "comma") this.at++;
      const pattern = this.predicate(who, patterns.length === 0 ? posture : null);
      // `something enters, but not a car`
      who = this.exceptions(who);
      patterns.push(...pattern);
    } while (this.takeOrBefore("does", "state"));
    return patterns.map((pattern) => withWho(pattern, subject, who));
  }

  private predicate(who: WhoPattern, before: Posture | null): Pattern[] {
    const isDenied = this.next?.is === "not";
    if (isDenied) this.at++;
    const { next } = this;
    if (next?.is === "does") {
      if (isDenied) throw this.denied();
      this.at++;
      return [this.deed(who, next)];
    }
    const posture = next?.is === "state" ? this.posture() : before;
    if (posture === null) throw this.stuck();
    const { places, notPlaces } = this.places();
    if (places !== null || notPlaces.length > 0) {
      if (posture !== "moving" || isDenied) {
        const what = { there: "is", standing: "stands", moving: "does not move" }[posture];
        throw new WordsError(
          `This model does not say where something ${what}: only from which side something comes, at which one it leaves, and in which direction it moves.`,
        );
      }
      // Where to is said of the event alone.
      return [placed(event({ who, verbs: ["moves"] }), places, notPlaces, this)];
    }
    const state: Pattern = { type: "state", who, posture };
    return [isDenied ? absence(state) : state];
  }

  /** The last of several: `is still standing`. */
  private posture(): Posture {
    let posture: Posture = "there";
    while (this.next?.is === "state") {
      posture = this.next.posture;
      this.at++;
    }
    return posture;
  }

  private deed(subject: WhoPattern, { verbs, turned }: Does): Pattern {
    const before = this.places();
    if (turned === "taking") return this.taking(subject, verbs);
    // Somebody comes, and `is there` says no more.
    if (this.next?.is === "state" && this.next.posture === "there") this.at++;
    const isOther = this.next !== undefined && WHO_BEGINS.has(this.next.is);
    const other = isOther ? this.who() : null;
    const isPaired = verbs.some((verb) => PAIRED.has(verb));
    if (other !== null && !isPaired) throw this.stuck();
    const after = this.places();
    const places = joined(before.places, after.places);
    const notPlaces = [...before.notPlaces, ...after.notPlaces];
    // A car that passes is one that drives by; what passes another is another verb.
    const told = other === null && verbs[0] === "passes" ? ["moves"] : verbs;
    const [who, whom] = turned === "by" ? [other ?? ANYTHING, subject] : [subject, other];
    return placed(event({ who, verbs: told, other: whom }), places, notPlaces, this);
  }

  /** `somebody takes a box`, `a box is taken`: who does it is not told by the model. */
  private taking(subject: WhoPattern, verbs: readonly string[]): Pattern {
    const isActive = this.next !== undefined && WHO_BEGINS.has(this.next.is);
    const whom = isActive ? this.who() : subject;
    // `puts a box down`
    if (isActive && (this.next?.words === "down" || this.next?.words === "up")) this.at++;
    if (isActive && !isAnyPerson(subject)) {
      const verb = verbs[0] === "taken" ? "taken" : "put down";
      throw new WordsError(
        `This model does not say who puts something down or takes it. Say "an object is ${verb}".`,
      );
    }
    return event({ who: whom, verbs });
  }

  /** Whom a clause is about. */
  private who(): WhoPattern {
    // `not a red car`, and not `a non-red car`
    if (this.next?.is === "not" && this.next.words !== "non") return this.exceptions(ANYTHING);
    const kinds = [this.kind()];
    while (this.takeOrBefore("who", "colour", "size", "not")) kinds.push(this.kind());
    return this.exceptions(together(kinds));
  }

  /** One kind with its colours: `a red or blue car`, `a car that is not red`. */
  private kind(): WhoPattern {
    let kinds: readonly string[] | null | undefined;
    let size: string | null = null;
    const colours: string[] = [];
    const except: Kind[] = [];
    const start = this.at;
    for (;;) {
      const { next } = this;
      if (next?.is === "colour") colours.push(next.colour);
      else if (next?.is === "size" && size === null) size = next.size;
      else if (next?.is === "who" && kinds === undefined) kinds = next.kinds;
      else if (next?.is === "not" && this.tokens[this.at + 1]?.is === "colour") {
        this.at++;
        const colour = this.next as Extract<Token, { is: "colour" }>;
        except.push({ kinds: null, colours: [colour.colour], size: null });
      } else if (next?.is === "or" && this.isColourList()) {
        // The next turn takes the colour.
      } else break;
      this.at++;
    }
    if (this.at === start) throw this.stuck();
    return { kinds: kinds ?? null, colours: colours.length === 0 ? null : colours, size, except };
  }

  /** Whether an `or` stands between two colours of one thing: `red or blue car`, and not `a red car or a blue car`. */
  private isColourList(): boolean {
    return this.tokens[this.at - 1]?.is === "colour" && this.tokens[this.at + 1]?.is === "colour";
  }

  /** `but not a car`, `other than a red one`, `not a car`; not what is said of places. */
  private exceptions(who: WhoPattern): WhoPattern {
    const except = [...who.except];
    for (;;) {
      const start = this.at;
      if (this.next?.is === "comma") this.at++;
      if (!this.takeNot() || this.next === undefined || !WHO_BEGINS.has(this.next.is)) {
        this.at = start;
        return { ...who, except };
      }
      const { except: _, ...first } = this.kind();
      except.push(first);
      while (this.isOrBefore("who", "colour") && !this.isClauseAfterOr()) {
        this.takeOr();
        const { except: _none, ...more } = this.kind();
        except.push(more);
      }
    }
  }

  /** Sides and directions: `from the left or the right`, `but not on the left`. */
  private places(): { places: PlaceToken[] | null; notPlaces: PlaceToken[] } {
    let places: PlaceToken[] | null = null;
    const notPlaces: PlaceToken[] = [];
    for (;;) {
      const start = this.at;
      if (this.next?.is === "comma") this.at++;
      const isDenied = this.takeNot();
      if (this.next?.is !== "place") {
        this.at = start;
        return { places, notPlaces };
      }
      const list: PlaceToken[] = [];
      do {
        list.push(this.next as PlaceToken);
        this.at++;
      } while (this.takeOrBefore("place"));
      if (isDenied) notPlaces.push(...list);
      else places = [...(places ?? []), ...list];
    }
  }

  private takeNot(): boolean {
    const start = this.at;
    while (this.next?.is === "but" || this.next?.is === "not") this.at++;
    return this.at > start;
  }

  private takeOr(): boolean {
    const length = this.orLength;
    this.at += length;
    return length > 0;
  }

  /** How many of the next words join what follows: `,`, `or`, or both. */
  private get orLength(): number {
    const hasComma = this.next?.is === "comma";
    return (hasComma ? 1 : 0) + (this.tokens[this.at + (hasComma ? 1 : 0)]?.is === "or" ? 1 : 0);
  }

  private isOrBefore(...kinds: Token["is"][]): boolean {
    const after = this.tokens[this.at + this.orLength];
    return this.orLength > 0 && after !== undefined && kinds.includes(after.is);
  }

  /** Takes an `or` that joins more of the same, and none that begins another clause. */
  private takeOrBefore(...kinds: Token["is"][]): boolean {
    return this.isOrBefore(...kinds) && this.takeOr();
  }

  /** Whether what follows the `or` has a verb of its own before the clause's own verb would come. */
  private isClauseAfterOr(): boolean {
    const rest = this.tokens.slice(this.at + 1).map(({ is }) => is);
    const before = this.tokens.slice(0, this.at).map(({ is }) => is);
    const hasVerb = (list: readonly Token["is"][]) => list.some((is) => is === "does" || is === "state");
    return hasVerb(before) && hasVerb(rest);
  }

  private get next(): Token | undefined {
    return this.tokens[this.at];
  }

  private denied(): WordsError {
    return new WordsError(
      'It is not clear for how long that must not happen. Say "no car enters" or "nobody is there", with `for`.',
    );
  }

  /** What to say where the words do not go on as a rule does. */
  stuck(): WordsError {
    const { next } = this;
    if (next?.is === "and")
      return new WordsError(
        'An alert is about one thing that happens. Say "or", or make two alerts instead of "and".',
      );
    const where =
      next === undefined
        ? "Its words end where a verb should come"
        : `It does not go on with "${next.words}" there`;
    return new WordsError(`${where}. Say who does what, such as "a person enters from the left".`);
  }
}

type PlaceToken = Extract<Token, { is: "place" }>;

const WHO_BEGINS: ReadonlySet<Token["is"]> = new Set(["who", "colour", "size"]);

function event(pattern: Partial<EventPattern> & Pick<EventPattern, "who" | "verbs">): EventPattern {
  return { type: "event", places: null, notPlaces: [], other: null, ...pattern };
}

function absence(pattern: Pattern): Pattern {
  if (pattern.type === "event" || pattern.type === "state") return { type: "absence", of: pattern };
  throw new WordsError("That cannot be denied. Say what happens, or what holds.");
}

function joined(one: PlaceToken[] | null, two: PlaceToken[] | null): PlaceToken[] | null {
  return one === null ? two : two === null ? one : [...one, ...two];
}

/** Sides or directions for the verbs that tell them; others are left out. */
function placed(
  pattern: EventPattern,
  places: readonly PlaceToken[] | null,
  notPlaces: readonly PlaceToken[],
  parser: RuleParser,
): EventPattern {
  if (places === null && notPlaces.length === 0) return pattern;
  const verbs = pattern.verbs.filter((verb) => SIDED.has(verb) || DIRECTED.has(verb));
  if (verbs.length === 0)
    throw new WordsError(
      `This model tells no side of "${pattern.verbs[0]}": only from which side something comes, at which one it leaves, and in which direction it moves, starts or turns.`,
    );
  const isSided = verbs.some((verb) => SIDED.has(verb));
  if (isSided && verbs.some((verb) => DIRECTED.has(verb))) throw parser.stuck();
  const word = ({ side, direction }: PlaceToken) => (isSided ? side : direction);
  return {
    ...pattern,
    verbs,
    places: places === null ? null : [...new Set(places.map(word))],
    notPlaces: [...new Set(notPlaces.map(word))],
  };
}

/** Several kinds as one pattern, where that loses nothing. */
function together(kinds: readonly WhoPattern[]): WhoPattern {
  if (kinds.length === 1) return kinds[0]!;
  const { colours, size } = kinds[0]!;
  const isAlike = kinds.every(
    (each) =>
      each.kinds !== null &&
      each.except.length === 0 &&
      each.size === size &&
      JSON.stringify(each.colours) === JSON.stringify(colours),
  );
  if (isAlike) return { ...kinds[0]!, kinds: [...new Set(kinds.flatMap((each) => each.kinds ?? []))] };
  const isOneKind = kinds.every(
    (each) =>
      JSON.stringify(each.kinds) === JSON.stringify(kinds[0]!.kinds) &&
      each.colours !== null &&
      each.except.length === 0 &&
      each.size === size,
  );
  if (isOneKind) return { ...kinds[0]!, colours: [...new Set(kinds.flatMap((each) => each.colours ?? []))] };
  throw new WordsError(
    'These two differ in more than one word. Say a clause for each: "a red car stops or a person stops".',
  );
}

/** Puts in the place of one subject the same with more exceptions. */
function withWho(pattern: Pattern, from: WhoPattern, to: WhoPattern): Pattern {
  if (from === to) return pattern;
  if (pattern.type === "event" && pattern.who === from) return { ...pattern, who: to };
  if (pattern.type === "event" && pattern.other === from) return { ...pattern, other: to };
  if (pattern.type === "state") return { ...pattern, who: to };
  return pattern;
}

function isAnyPerson({ kinds, colours, size, except }: WhoPattern): boolean {
  const isPerson = kinds === null || (kinds.length === 1 && kinds[0] === "person");
  return isPerson && colours === null && size === null && except.length === 0;
}
