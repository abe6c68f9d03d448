import type { Position } from "../../cache/mod.ts";
import type { CheckpointManifest, FamilyName } from "../checkpoint-schema.ts";

/** Size of a picture (px). */
export interface PictureSize {
  readonly width: number;
  readonly height: number;
}

/** How a picture is scaled to the size that a tower takes. */
export interface PictureScaling {
  /** Curve by which neighbouring pixels are weighed. */
  readonly kernel: "cubic" | "lanczos3";
  /** A size that the picture is scaled to first. */
  readonly via?: PictureSize;
}

/** An input of a vision tower's graph. Plain data: the models' room does not know the runtime. */
export interface TowerInput {
  readonly type: "float32" | "int64";
  readonly data: Float32Array | BigInt64Array;
  readonly dims: readonly number[];
}

/** What is to be known of a unit in order to lay out its tokens. */
export interface UnitToLayOut {
  /** Index of the unit in its stream, from 0. */
  readonly unit: number;
  /** Size of its pictures, as given to {@link FamilyVision.towerInputs} (px). */
  readonly size: PictureSize;
  /** Media time of the unit's first frame since the start of the stream (s). */
  readonly seconds: number;
  /** Media time of the unit's last frame since the start of the stream (s). */
  readonly lastSeconds: number;
  /** Where the unit begins: the end of the unit before it, or of the prefix. */
  readonly start: Position;
}

/** The tokens of one unit in the transformer's sequence. */
export interface UnitLayout {
  /** Token ids in order; null where the next visual token of the tower goes. */
  readonly tokens: readonly (number | null)[];
  /** The position of each token. */
  readonly positions: readonly Position[];
  /** Where what follows begins. Text that follows begins at the largest of its axes. */
  readonly end: Position;
}

/** What of a stream can be seen at a time. */
export interface VideoWindow {
  /** Units, when it is full. */
  readonly units: number;
  /** Nominal duration of a unit (ms). */
  readonly unitMs: number;
}

/** How one family of checkpoints looks at pictures: what its processor does in Python. */
export interface FamilyVision {
  /** Frames of one unit. */
  readonly framesPerUnit: number;
  /**
   * The size to which a picture is scaled (px).
   * @param maxSide one of `vision.sides`
   */
  frameSize(source: PictureSize, maxSide: number): PictureSize;
  /** How a picture is scaled to its {@link frameSize}. */
  scaling(source: PictureSize, maxSide: number): PictureScaling;
  /** Visual tokens of a unit of pictures of a size. */
  visualTokens(size: PictureSize): number;
  /**
   * The inputs of the tower's graph for one unit.
   * @param frames RGB bytes of its frames, in order: `[framesPerUnit, height, width, 3]`
   */
  towerInputs(frames: Uint8Array, size: PictureSize): Readonly<Record<string, TowerInput>>;
  /** Text of the system prefix's end and of each unit is encoded by `encode`, special tokens by name. */
  layOut(unit: UnitToLayOut, encode: (text: string) => readonly number[]): UnitLayout;
  /** Text at the end of the prefix, right before the first unit; empty where the family has none. */
  intro(window: VideoWindow): string;
  /** Text right behind the newest unit; what follows the video in the prompt comes after it. Empty where there is none. */
  readonly outro: string;
  /** What stands for the video in a message that is rendered with the chat template; the prompt is cut there. */
  readonly placeholder: { readonly content: object; readonly rendered: string };
}

/** What tells one family of checkpoints from another when they run. */
export interface FamilyRuntime {
  readonly name: FamilyName;
  /** Null for a model without eyes. */
  vision(manifest: CheckpointManifest): FamilyVision | null;
}
