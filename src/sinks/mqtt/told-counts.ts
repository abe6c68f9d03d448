/** How many came and went, by kind, as the narrator has told last. */
export interface ToldCounts {
  readonly came: Readonly<Record<string, number>>;
  readonly left: Readonly<Record<string, number>>;
}

/** `a big red car enters from the left #3`: kind, verb, running number. */
const NUMBERED = /\b([a-z]{1,32}) (enters|appears|leaves|vanishes)\b[^,#]* #(\d{1,6})\b/g;

/** Most kinds that are counted. A model that makes up new ones must not fill a broker. */
const MAX_KINDS = 16;

/**
 * Reads the running numbers in thoughts: the bundled model says of each that comes or goes the how manieth it is. Other
 * models write no such numbers, and then nothing is counted.
 */
export class ToldNumbers {
  private readonly came = new Map<string, number>();
  private readonly left = new Map<string, number>();

  get counts(): ToldCounts {
    return { came: Object.fromEntries(this.came), left: Object.fromEntries(this.left) };
  }

  /** @returns whether a count has changed */
  hear(thought: string): boolean {
    let hasChanged = false;
    for (const [, kind, verb, number] of thought.matchAll(NUMBERED)) {
      const counts = verb === "enters" || verb === "appears" ? this.came : this.left;
      if (!counts.has(kind!) && counts.size >= MAX_KINDS) continue;
      hasChanged ||= counts.get(kind!) !== Number(number);
      counts.set(kind!, Number(number));
    }
    return hasChanged;
  }
}
