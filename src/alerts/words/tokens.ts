import type { Posture } from "../condition.ts";

/** A word or phrase of a rule, as far as rules know it. */
export type Token = (
  | { readonly is: "who"; readonly kinds: readonly string[] | null }
  /** `nobody`, `nothing`. */
  | { readonly is: "nobody"; readonly kinds: readonly string[] | null }
  /** `no` before a noun. */
  | { readonly is: "no" }
  | { readonly is: "colour"; readonly colour: string }
  | { readonly is: "size"; readonly size: string }
  | Does
  | { readonly is: "state"; readonly posture: Posture }
  /** Of the picture as a whole: an event. */
  | { readonly is: "scene"; readonly verb: string }
  /** Of the picture as a whole: what holds since an event, until another one. */
  | { readonly is: "sceneState"; readonly since: string; readonly until: string }
  | { readonly is: "place"; readonly side: string; readonly direction: string }
  | { readonly is: "or" | "and" | "not" | "but" | "comma" }
) & {
  /** The words of the rule. */
  readonly words: string;
};

/** A verb: what of the model's verbs it stands for. */
export interface Does {
  readonly is: "does";
  readonly verbs: readonly string[];
  /**
   * How it is turned. `taking`: whoever does it is not told, only what it is done to (`somebody takes a box`). `by`:
   * whoever comes after it does it (`a car is hit by a person`).
   */
  readonly turned?: "taking" | "by";
}

type Bare<T> = T extends unknown ? Omit<T, "words"> : never;

/** A token without the words that it was read from. */
export type Meaning = Bare<Token>;
