/** What the model said about a unit by itself. */
export interface Thought {
  /** Id of the response. */
  readonly id: string;
  /** Id of the event that ended it, under which the server keeps its picture; null while it is told. */
  readonly eventId: string | null;
  readonly unit: number;
  /** It tells what happened between this media time and `mediaTimeMs` (ms); null while it is told. */
  readonly sinceMs: number | null;
  readonly mediaTimeMs: number;
  readonly text: string;
  readonly isDone: boolean;
  /** From the arrival of the unit's last frame to the first word (ms); null while it is told. */
  readonly ttftMs: number | null;
  /** The scene was unfamiliar, so it may be wrong. */
  readonly unfamiliar: boolean;
  /** When its first word came to this page (`performance.now()`, ms). */
  readonly heardAtMs: number;
}
