/** What a client and the engine must know about a model, whoever runs it. */
export interface ModelInfo {
  readonly id: string;
  readonly description: string;
  /** Size of the pictures that it looks at (px); the largest useful one where {@link input} says `dynamic`. */
  readonly width: number;
  /** px */
  readonly height: number;
  /** Frames a second that it was trained for. */
  readonly fps: number;
  readonly framesPerUnit: number;
  /** How it takes its pictures. */
  readonly input: {
    /** `fixed`: always `width` × `height`. `dynamic`: each at its own proportions. */
    readonly size: "fixed" | "dynamic";
    /** `rgb`: as pixels. `encoded`: as JPEG. */
    readonly format: "rgb" | "encoded";
  };
  /** What it can do. */
  readonly can: {
    /** Say nothing about a unit, at next to no cost. */
    readonly skip: boolean;
    /** Follow instructions in the words of whoever runs it. */
    readonly instructions: boolean;
    /** Begin an answer from what has been thought, without reading it again. */
    readonly fork: boolean;
    /** Work on several tasks at a time. */
    readonly parallel: boolean;
  };
  /** Names of the ways in which it can number what it sees, the trained one first; none where that is not ours to say. */
  readonly positionSchemes: readonly string[];
  /** Units that are never evicted from the visual cache: the first of a stream. */
  readonly sinkUnits: number;
  readonly limits: {
    readonly visualWindowUnits: number;
    readonly textWindowTokens: number;
    readonly thoughtTokens: number;
    readonly answerTokens: number;
    /** Most tokens of a question. */
    readonly questionTokens: number;
  };
  /** What it answers to a question that it was not taught; null where it was not taught to say so. */
  readonly cannotAnswer: string | null;
  /** Questions that it was taught, to be shown as examples. */
  readonly exampleQuestions: readonly string[];
}
