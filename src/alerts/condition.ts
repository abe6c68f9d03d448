import { type Clause, type Party, SAID_OF_SOMEBODY, SCENE } from "./clause.ts";

/** Whom a rule is about. Everything that is null or empty may be anything. */
export interface WhoPattern {
  readonly kinds: readonly string[] | null;
  readonly colours: readonly string[] | null;
  readonly size: string | null;
  /** Whoever is one of these is not meant. */
  readonly except: readonly Omit<WhoPattern, "except">[];
}

/** Something that happens at a moment. */
export interface EventPattern {
  readonly type: "event";
  /** null: the picture as a whole. */
  readonly who: WhoPattern | null;
  readonly verbs: readonly string[];
  /** Sides or directions; null: any. */
  readonly places: readonly string[] | null;
  readonly notPlaces: readonly string[];
  /** With whom it happens; null: with anybody, or nobody. */
  readonly other: WhoPattern | null;
}

/** What somebody can do for a while. */
export type Posture = "there" | "standing" | "moving";

/** Something that holds for a while of somebody. */
export interface StatePattern {
  readonly type: "state";
  readonly who: WhoPattern;
  readonly posture: Posture;
}

/** Something that holds for a while of the picture as a whole. */
export interface ScenePattern {
  readonly type: "scene";
  /** The verb with which it begins, such as `lights off`. */
  readonly since: string;
  /** The verb with which it ends. */
  readonly until: string;
}

/** Something does not happen, or holds of nobody, for a while. */
export interface AbsencePattern {
  readonly type: "absence";
  readonly of: EventPattern | StatePattern;
}

export type Pattern = EventPattern | StatePattern | ScenePattern | AbsencePattern;

/** What a rule waits for: any of these. */
export type Condition = readonly Pattern[];

/** Anything at all. */
export const ANYTHING: WhoPattern = { kinds: null, colours: null, size: null, except: [] };

/** Verbs that tell of two, where it does not matter who of them is named first. */
const MUTUAL: ReadonlySet<string> = new Set(["meets", "hits"]);

/** Whether a party is one of those meant. */
export function isWho(pattern: WhoPattern, party: Party & { readonly size?: string | undefined }): boolean {
  return fits(pattern, party) && !pattern.except.some((except) => fits(except, party));
}

function fits(
  { kinds, colours, size }: Omit<WhoPattern, "except">,
  party: Party & { readonly size?: string | undefined },
): boolean {
  return (
    (kinds === null || (party.kind !== null && kinds.includes(party.kind))) &&
    (colours === null || (party.colour !== null && colours.includes(party.colour))) &&
    (size === null || party.size === size)
  );
}

/** Whether a clause tells what a pattern waits for. */
export function isEvent(pattern: EventPattern, clause: Clause): boolean {
  if (!pattern.verbs.includes(clause.verb)) return false;
  const { place } = clause;
  if (pattern.places !== null && (place === null || !pattern.places.includes(place))) return false;
  if (pattern.notPlaces.length > 0 && (place === null || pattern.notPlaces.includes(place))) return false;
  const { who, other } = pattern;
  if (who === null) return true;
  const isPair = (one: Party, two: Party | null) =>
    isWho(who, one) && (other === null || (two !== null && isWho(other, two)));
  if (isPair(clause, clause.other)) return true;
  return MUTUAL.has(clause.verb) && clause.other !== null && isPair(clause.other, clause);
}

/** The pattern in words that the model would use, for people. */
export function describePattern(pattern: Pattern): string {
  switch (pattern.type) {
    case "event":
      return eventWords(pattern);
    case "state":
      return `${whoWords(pattern.who)} is ${POSTURES[pattern.posture]}`;
    case "scene":
      return STATES[pattern.since] ?? pattern.since;
    case "absence":
      return denied(describePattern(pattern.of));
  }
}

/** A whole condition in words, for people. */
export function describeCondition(condition: Condition): string {
  return condition.map(describePattern).join(", or ");
}

function denied(said: string): string {
  if (/^an? /.test(said)) return said.replace(/^an? /, "no ");
  return said.startsWith("something") ? said.replace("something", "nothing") : `it is not so that ${said}`;
}

const POSTURES: Readonly<Record<Posture, string>> = {
  there: "in the picture",
  standing: "standing",
  moving: "moving",
};
const STATES: Readonly<Record<string, string>> = {
  "lights off": "the lights are off",
  "lights on": "the lights are on",
  "camera covered": "the camera is covered",
};
const PHRASES: Readonly<Record<string, string>> = {
  enters: "enters from the PLACE",
  leaves: "leaves at the PLACE",
  starts: "starts moving PLACE",
  "put down": "is put down",
  taken: "is taken",
  ...SCENE,
};

function eventWords({ who, verbs, places, notPlaces, other }: EventPattern): string {
  const place =
    places === null ? (notPlaces.length > 0 ? `any side but ${or(notPlaces)}` : null) : or(places);
  const said = verbs.map((verb) => {
    const phrase = PHRASES[verb] ?? `${verb} PLACE`;
    return (
      place === null ? phrase.replace(/ (?:from the |at the )?PLACE/, "") : phrase.replace("PLACE", place)
    )
      .replace("the any side", "any side")
      .trim();
  });
  const isAnything = verbs.length >= SAID_OF_SOMEBODY.length;
  if (isAnything && who !== null && whoWords(who) === "something") return "something happens";
  const deed = isAnything ? "does anything" : or(said);
  return [who === null ? "" : whoWords(who), deed, other === null ? "" : whoWords(other)]
    .filter((part) => part !== "")
    .join(" ");
}

function whoWords({ except, ...who }: WhoPattern): string {
  if (except.length === 0) return plainWho(who, "something");
  const isColours = except.every(({ kinds, size }) => kinds === null && size === null);
  if (isColours)
    return `${plainWho(who, "something")} that is not ${or(except.flatMap(({ colours }) => colours ?? []))}`;
  return `${plainWho(who, "anything")} but ${or(except.map((each) => plainWho(each, "something")))}`;
}

function plainWho({ kinds, colours, size }: Omit<WhoPattern, "except">, anything: string): string {
  const adjectives = [size, colours === null ? null : or(colours)].filter((word) => word !== null).join(" ");
  if (kinds === null) return adjectives === "" ? anything : `something ${adjectives}`;
  const words = `${adjectives} ${or(kinds)}`.trim();
  return `${/^[aeiou]/.test(words) ? "an" : "a"} ${words}`;
}

function or(words: readonly string[]): string {
  return words.join(" or ");
}
