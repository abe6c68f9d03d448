/** How much is tried: seconds of it in the tests, minutes of it in `npm run soak`. */
export type Size = "short" | "long";

/** What a trial is given. */
export interface TrialContext {
  readonly size: Size;
  /** How long a trial takes that goes by time (minutes); null: as long as its size says. */
  readonly minutes: number | null;
  /** Of everything that is random. The same seed tries the same. */
  readonly seed: number;
  /** The command line of thinkalong: a program and its first arguments. */
  readonly program: readonly [string, ...string[]];
  /** Ends the trial early. */
  readonly signal: AbortSignal;
  /** @param fraction how much of the trial is done, 0 to 1 */
  readonly onProgress: (fraction: number, doing: string) => void;
}

/** One thing that was to hold. */
export interface Finding {
  readonly what: string;
  readonly measured: string;
  /** What it must be, in words. */
  readonly bound: string;
  readonly held: boolean;
}

/** What came of a trial. */
export interface Outcome {
  /** How often it was tried, in words. */
  readonly tried: string;
  readonly findings: readonly Finding[];
}

/** Something that a server is put through. */
export interface Trial {
  readonly name: string;
  readonly title: string;
  run(context: TrialContext): Promise<Outcome>;
}

/** A finding about a figure that has an upper bound. */
export function atMost(what: string, measured: number, bound: number, unit: string): Finding {
  const text = (value: number) => `${Number(value.toFixed(2))}${unit === "" ? "" : ` ${unit}`}`;
  return { what, measured: text(measured), bound: `at most ${text(bound)}`, held: measured <= bound };
}

/** A finding about things of which there must be none. At most three of them are shown. */
export function none(what: string, found: readonly string[]): Finding {
  const shown = found.slice(0, 3).join("; ");
  const measured = found.length === 0 ? "none" : `${found.length}: ${shown}`;
  return { what, measured, bound: "none", held: found.length === 0 };
}
