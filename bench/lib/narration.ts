/** A thought about a unit (s of the video); the text is empty where there was nothing to say. */
export interface Told {
  /** The last frame before the unit. */
  readonly sinceS: number;
  /** The unit's last frame: sooner it could not be told. */
  readonly atS: number;
  readonly text: string;
}

/** What was said of a clip. */
export interface Narration {
  readonly thoughts: readonly Told[];
  /** In the order of the clip's questions. */
  readonly answers: readonly string[];
}
