/** The words of a model that knows few of them. */
export interface ModelLanguage {
  /** All words that it can say or read, in small letters. */
  readonly words: readonly string[];
  /** Words that it has not, and the words of its own that it reads for them. */
  readonly synonyms: Readonly<Record<string, string>>;
}

/** What the engine and its clients must know about a model, whichever backend runs it. */
export interface ModelInfo {
  readonly id: string;
  readonly description: string;
  /** Width of the pictures that it looks at (px); the largest useful one when {@link input} is `dynamic`. */
  readonly width: number;
  /** Height, in the same way (px). */
  readonly height: number;
  /** Frame rate that it was trained for (frames a second). */
  readonly fps: number;
  /** Number of frames in a unit. */
  readonly framesPerUnit: number;
  /** The pictures that it takes. */
  readonly input: {
    /** `fixed`: always `width` × `height`. `dynamic`: each in its own proportions. */
    readonly size: "fixed" | "dynamic";
    /** `rgb`: as pixels. `encoded`: as JPEG. */
    readonly format: "rgb" | "encoded";
  };
  /** What it can do. */
  readonly can: {
    /** Say nothing about a unit, at next to no cost. */
    readonly skip: boolean;
    /** Follow instructions in free text. */
    readonly instructions: boolean;
    /** Begin an answer from a copy of the narrator's cache, without computing the earlier thoughts again. */
    readonly fork: boolean;
    /** Work on several tasks at a time. */
    readonly parallel: boolean;
    /** Leave out thoughts that come too late, at no cost. */
    readonly skipLate: boolean;
    /** Tell when the scene is not one that it was made for. A model that was made for any scene cannot. */
    readonly watchScene: boolean;
  };
  /** What one frame takes in the visual window (tokens); null when that is not known. */
  readonly tokensPerFrame: number | null;
  /** For people: why it looks at so many frames a second of this size; null when it was trained for them. */
  readonly chosenBecause: string | null;
  /**
   * Names of the position schemes that it can use, the one that it was trained with first. Empty when its backend
   * leaves no choice.
   */
  readonly positionSchemes: readonly string[];
  /** Number of units at the start of a stream that are never evicted from the visual cache. */
  readonly sinkUnits: number;
  /** Each the most that a stream may have, and the default. */
  readonly limits: {
    readonly visualWindowUnits: number;
    readonly textWindowTokens: number;
    readonly thoughtTokens: number;
    readonly answerTokens: number;
    /** Most tokens of a question. */
    readonly questionTokens: number;
  };
  /** Its answer to questions that it was not trained to answer; null when it has no such answer. */
  readonly cannotAnswer: string | null;
  /** Questions that it was trained to answer, as examples for people. */
  readonly exampleQuestions: readonly string[];
  /** Its words, where it knows few; absent: it speaks freely, or they are not known. */
  readonly language?: ModelLanguage;
}
