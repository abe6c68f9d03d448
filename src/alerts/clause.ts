/** Who or what a clause is about. */
export interface Party {
  readonly colour: string | null;
  readonly kind: string | null;
}

/** What one clause of a thought says, in the words that labels have for it. */
export interface Clause extends Party {
  /** One of {@link VERBS}. */
  readonly verb: string;
  /** Side or direction; null where the verb has none. */
  readonly place: string | null;
  readonly other: Party | null;
  /** `small` or `big`, if it is called either. */
  readonly size?: string | undefined;
}

/** How a verb is said: what comes after whoever does it. `PLACE` and `OTHER` stand for theirs. */
const SAYINGS: Readonly<Record<string, string>> = {
  enters: "enters from the PLACE",
  leaves: "leaves at the PLACE",
  moves: "moves PLACE",
  starts: "starts moving PLACE",
  turns: "turns PLACE",
  stops: "stops",
  "speeds up": "speeds up",
  "slows down": "slows down",
  "comes closer": "comes closer",
  "goes away": "goes away",
  appears: "appears",
  vanishes: "vanishes",
  "put down": "is put down",
  taken: "is taken",
  meets: "meets OTHER",
  passes: "passes OTHER",
  hits: "hits OTHER",
  follows: "follows OTHER",
};

/** What is said of the whole scene, by verb. */
export const SCENE: Readonly<Record<string, string>> = {
  "lights off": "the lights go off",
  "lights on": "the lights go on",
  "camera moves": "the camera moves",
  "camera covered": "the camera is covered",
  "camera free": "the camera is free",
  crowd: "several people are there",
};

/** All verbs that labels may have, in the order of tables. */
export const VERBS: readonly string[] = [...Object.keys(SAYINGS), ...Object.keys(SCENE)];

/** Verbs that are said of somebody or something, and not of the whole scene. */
export const SAID_OF_SOMEBODY: readonly string[] = Object.keys(SAYINGS);

/** The verb of a {@link Clause} that is none: something was said, and it is not in the grammar. */
export const NO_VERB = "(no clause)";

const SIZE = "(?:(?<size>small|big) )?";
const partyPattern = (size = "") => `(?:an?|the) ${size}((?:\\w+ )*?)(\\w+)`;
const PATTERNS = Object.entries(SAYINGS).map(([verb, saying]) => {
  const rest = saying.replace("PLACE", "(?<place>\\w+)").replace("OTHER", partyPattern());
  return { verb, pattern: new RegExp(`^${partyPattern(SIZE)} ${rest}(?: # ?\\d+)?$`) };
});

/** What a thought says, clause by clause; of nothing said nothing. */
export function parseClauses(thought: string): Clause[] {
  return thought
    .split(",")
    .map((text) => text.trim().replace(/\s+/g, " "))
    .filter((text) => text !== "")
    .map(parseClause);
}

function parseClause(text: string): Clause {
  for (const [verb, saying] of Object.entries(SCENE))
    if (text === saying) return { verb, place: null, colour: null, kind: null, other: null };
  for (const { verb, pattern } of PATTERNS) {
    const found = pattern.exec(text);
    if (found === null) continue;
    const place = found.groups?.place ?? null;
    const [, size, colour = "", kind, otherColour = "", otherKind] = found;
    const other = place === null && otherKind !== undefined ? party(otherColour, otherKind) : null;
    return { verb, place, ...party(colour, kind!), other, ...(size === undefined ? {} : { size }) };
  }
  return { verb: NO_VERB, place: null, colour: null, kind: null, other: null };
}

function party(colour: string, kind: string): Party {
  return { colour: colour.trim() || null, kind };
}

/** What of an event a clause can say: labels may know more, as where somebody stopped. */
export function sayable<E extends Clause>(event: E): E {
  const saying = SAYINGS[event.verb];
  if (saying === undefined) return { ...event, place: null, colour: null, kind: null, other: null };
  const place = saying.includes("PLACE") ? event.place : null;
  return { ...event, place, other: saying.includes("OTHER") ? event.other : null };
}

/** A clause in the model's words: {@link parseClauses} reads it back. */
export function sayClause({ verb, place, other, size, ...who }: Clause): string {
  if (verb in SCENE) return SCENE[verb]!;
  const saying = SAYINGS[verb] ?? verb;
  const rest = saying.replace("PLACE", place ?? "").replace("OTHER", other === null ? "" : sayParty(other));
  return `${sayParty(who, size)} ${rest}`.trim();
}

function sayParty({ colour, kind }: Party, size?: string): string {
  const words = [size, colour, kind ?? "thing"].filter((word) => word != null).join(" ");
  return `${/^[aeiou]/.test(words) ? "an" : "a"} ${words}`;
}
