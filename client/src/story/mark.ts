/** What stands on the time axis beside what was seen and thought. */
export interface Mark {
  /** Id of its event. */
  readonly id: string;
  /**
   * `gap`: nothing was seen; `missed`: what was told did not reach this page; `alert`: somebody wanted to be told;
   * `unfamiliar`: the model does not know such a scene.
   */
  readonly kind: "gap" | "missed" | "alert" | "unfamiliar";
  /** Media times (ms). An alert is a moment, so both are the same. */
  readonly fromMs: number;
  /** null: it goes on. */
  readonly toMs: number | null;
  /** For people. */
  readonly text: string;
}
