/** What was said of a clip. */
export interface Narration {
  /** One for each unit, at its last frame (s of the video); the text is empty where there was nothing to say. */
  readonly thoughts: readonly { readonly atS: number; readonly text: string }[];
  /** In the order of the clip's questions. */
  readonly answers: readonly string[];
}
