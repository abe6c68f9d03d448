/** The bundled narrator numbers who comes and who goes, each kind for itself: `a red car enters from the left #3`. */
export interface RunningNumber {
  readonly nth: number;
  /** In the narrator's word, such as `car`. */
  readonly kind: string;
  readonly direction: "in" | "out";
}

/** A clause of a thought. */
export interface ThoughtPart {
  readonly text: string;
  /** null: the clause has none, and `text` stands as it was said. */
  readonly number: RunningNumber | null;
}

/** Where the narrator stops counting: everything later has this number, too. */
const LAST_NUMBER = 99;

const DIRECTIONS = { enters: "in", appears: "in", leaves: "out", vanishes: "out" } as const;

const NUMBERED =
  /^(?<text>(?:an?|the) (?:\w+ )*?(?<kind>\w+) (?<verb>enters|appears|leaves|vanishes)(?: (?:from|at) the \w+)?) # ?(?<nth>[1-9]\d*)$/;

/**
 * The clauses of a thought, with the running numbers that the bundled narrator has put behind them. A thought in any other
 * form is one part.
 *
 * @example partsOf("a red car enters from the left #3")[0].number // { nth: 3, kind: "car", direction: "in" }
 */
export function partsOf(thought: string): readonly ThoughtPart[] {
  const parts = thought.split(/ ?, ?/).map(partOf);
  return parts.some(({ number }) => number !== null) ? parts : [{ text: thought, number: null }];
}

function partOf(clause: string): ThoughtPart {
  const text = clause.trim();
  const found = NUMBERED.exec(text)?.groups;
  if (found === undefined) return { text, number: null };
  const direction = DIRECTIONS[found.verb as keyof typeof DIRECTIONS];
  return { text: found.text!, number: { nth: Number(found.nth), kind: found.kind!, direction } };
}

/** @example numberInWords({ nth: 3, kind: "car", direction: "in" }) // "3rd car in" */
export function numberInWords({ nth, kind, direction }: RunningNumber): string {
  const later = nth >= LAST_NUMBER ? " or a later one" : "";
  return `${nth}${ordinalEnding(nth)} ${kind} ${direction}${later}`;
}

/** @example inWords("a red car enters from the left #3") // "a red car enters from the left · 3rd car in" */
export function inWords(thought: string): string {
  const said = ({ text, number }: ThoughtPart) =>
    number === null ? text : `${text} · ${numberInWords(number)}`;
  return partsOf(thought).map(said).join(", ");
}

/** How often it has happened by then; `99+` where counting stops. */
export function countInWords(nth: number): string {
  return nth >= LAST_NUMBER ? `${LAST_NUMBER}+` : String(nth);
}

function ordinalEnding(nth: number): string {
  const [tens, ones] = [Math.floor(nth / 10) % 10, nth % 10];
  return tens === 1 ? "th" : (["th", "st", "nd", "rd"][ones] ?? "th");
}
