import { countInWords, partsOf } from "./running-number.ts";

/** How many of a kind came and went, as far as that was told. */
export interface Count {
  /** In the narrator's word, such as `car`. */
  readonly kind: string;
  readonly in: number;
  readonly out: number;
}

const PLURALS: Readonly<Record<string, string>> = { person: "people" };

/** The counts after one more thought: of each kind and direction the highest number that was told. */
export function counted(counts: readonly Count[], thought: string): readonly Count[] {
  let after = counts;
  for (const { number } of partsOf(thought)) {
    if (number === null) continue;
    const { kind, direction, nth } = number;
    const known = after.find((each) => each.kind === kind);
    if (known === undefined) after = [...after, { kind, in: 0, out: 0, [direction]: nth }];
    else if (nth > known[direction])
      after = after.map((each) => (each === known ? { ...known, [direction]: nth } : each));
  }
  return after;
}

/** @example inWords({ kind: "car", in: 2, out: 1 }) // "cars in 2, out 1" */
export function inWords({ kind, ...number }: Count): string {
  const directions = (["in", "out"] as const).filter((direction) => number[direction] > 0);
  const numbers = directions.map((direction) => `${direction} ${countInWords(number[direction])}`);
  return `${PLURALS[kind] ?? `${kind}s`} ${numbers.join(", ")}`;
}
