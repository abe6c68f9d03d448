import type { BackendReport, SkipReason } from "../../engine/mod.ts";
import type { SeenUnit } from "./sight.ts";
import { UsageSum } from "./usage-sum.ts";

/** What came of thinking about a unit. */
export type Said =
  | { readonly outcome: "skipped"; readonly skipReason: SkipReason }
  | { readonly outcome: "completed" | "incomplete"; readonly text: string };

/** Reports one thought. It counts as begun with its first text, or with the decision to say nothing. */
export class ThoughtTask {
  readonly usage = new UsageSum();
  said = "";
  /** Tokens of what was said, without those of the decision. */
  spokenTokens = 0;
  private readonly startedAtMs = performance.now();
  private readonly task: string;
  private isAnnounced = false;

  constructor(
    private readonly unit: SeenUnit,
    private readonly report: (report: BackendReport) => void,
  ) {
    this.task = `thought_${unit.unit}`;
  }

  say(delta: string): void {
    if (delta === "") return;
    this.announce();
    this.said += delta;
    this.report({ type: "task.token", task: this.task, delta });
  }

  done(said: Said): void {
    this.announce();
    const { unit, mediaTimeMs } = this.unit;
    const { generated, prompt } = this.usage;
    const isSkipped = said.outcome === "skipped";
    this.report({
      type: "task.done",
      task: this.task,
      text: isSkipped ? "" : said.text,
      outcome: said.outcome,
      skipReason: isSkipped ? said.skipReason : null,
      error: null,
      ...{ unit, mediaTimeMs, tokens: generated, prompt },
      ...{ startedAtMs: this.startedAtMs, finishedAtMs: performance.now() },
      ...{ unanswerable: null, note: null },
    });
  }

  private announce(): void {
    if (!this.isAnnounced) this.report({ type: "task.started", task: this.task, unit: this.unit.unit });
    this.isAnnounced = true;
  }
}
