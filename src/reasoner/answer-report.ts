import type { UnitPlace } from "../cache/mod.ts";
import type { BackendReport, TaskDone } from "../engine/mod.ts";
import { IncrementalDetokenizer } from "./incremental-detokenizer.ts";

/** Takes the reports of one stream. */
export interface ReportSink {
  /** The time of the main thread (ms). */
  now(): number;
  report(report: BackendReport): void;
}

/** Reports one answer: its text piece by piece, then the whole. */
export class AnswerReport {
  private readonly startedAtMs: number;
  private readonly detokenizer: IncrementalDetokenizer;

  /**
   * @param from the unit that the question looks from; null when the question was never taken up
   * @param decode turns tokens of the answer into text
   */
  constructor(
    private readonly task: string,
    private readonly from: UnitPlace | null,
    private readonly decode: (words: readonly number[]) => string,
    private readonly sink: ReportSink,
  ) {
    this.startedAtMs = sink.now();
    this.detokenizer = new IncrementalDetokenizer(decode);
  }

  /** @param words all tokens so far */
  token(words: readonly number[]): void {
    this.sink.report({ type: "task.token", task: this.task, delta: this.detokenizer.add(words) });
  }

  /** @param words all tokens of the answer */
  done(words: readonly number[], outcome: TaskDone["outcome"]): void {
    this.sink.report({
      type: "task.done",
      task: this.task,
      text: this.decode(words),
      outcome,
      skipReason: null,
      error: null,
      unit: this.from?.unit ?? -1,
      mediaTimeMs: this.from?.mediaTimeMs ?? -1,
      tokens: words.length,
      prompt: null,
      startedAtMs: this.startedAtMs,
      finishedAtMs: this.sink.now(),
      unanswerable: null,
      note: null,
    });
  }

  /** Reports the end of a question that was never taken up. */
  static notBegun(task: string, outcome: "cancelled" | "nothing_seen", sink: ReportSink): void {
    new AnswerReport(task, null, () => "", sink).done([], outcome);
  }
}
