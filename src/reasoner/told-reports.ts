import type { UnitPlace } from "../cache/mod.ts";
import type { TaskDone } from "../engine/mod.ts";
import type { ReportSink } from "./answer-report.ts";
import type { ToldAnswer, ToldAnswerEvents } from "./policies/prompted-answerer.ts";
import type { ToldThought, ToldThoughtEvents } from "./policies/told-thought.ts";
import type { ThinkerContext } from "./thinker-context.ts";

/** Reports what a narrator that tells text thinks: a task for each unit. */
export class ToldThoughtReports implements ToldThoughtEvents {
  private startedAtMs: number | null = null;
  private isAnnounced = false;

  /** @param context of the narrator */
  constructor(
    private readonly context: Pick<ThinkerContext, "held" | "evicted">,
    private readonly sink: ReportSink,
  ) {}

  began(_unit: number): void {
    this.startedAtMs = this.sink.now();
  }

  text(unit: number, delta: string): void {
    this.announce(unit);
    this.sink.report({ type: "task.token", task: taskOf(unit), delta });
  }

  done({ place: { unit, mediaTimeMs }, outcome, skipReason, text, tokens }: ToldThought): void {
    this.announce(unit);
    const finishedAtMs = this.sink.now();
    this.sink.report({
      type: "task.done",
      task: taskOf(unit),
      ...{ text, outcome, skipReason, error: null, unit, mediaTimeMs, tokens, prompt: null },
      ...{ startedAtMs: this.startedAtMs ?? finishedAtMs, finishedAtMs },
      ...{ unanswerable: null, note: null },
    });
    const { held: heldTokens, evicted: evictedTokens } = this.context;
    this.sink.report({ type: "unit.done", unit, heldTokens, evictedTokens });
    this.startedAtMs = null;
    this.isAnnounced = false;
  }

  /** A thought counts as begun with its first text, or with the decision to say nothing. */
  private announce(unit: number): void {
    if (!this.isAnnounced) this.sink.report({ type: "task.started", task: taskOf(unit), unit });
    this.isAnnounced = true;
  }
}

/** Reports one answer that is told as text. */
export class ToldAnswerReport implements ToldAnswerEvents {
  private readonly startedAtMs: number;

  /**
   * @param from the unit that the question looks from
   * @param onDone called when the answer has ended, before that is reported
   */
  constructor(
    private readonly task: string,
    private readonly from: UnitPlace,
    private readonly sink: ReportSink,
    private readonly onDone: () => void,
  ) {
    this.startedAtMs = sink.now();
  }

  text(delta: string): void {
    this.sink.report({ type: "task.token", task: this.task, delta });
  }

  done(answer: ToldAnswer, complete: boolean): void {
    this.onDone();
    this.end(answer, complete ? "completed" : "incomplete");
  }

  /** Reports an answer that was cancelled, with what was told of it. */
  cancelled(answer: ToldAnswer): void {
    this.end(answer, "cancelled");
  }

  private end({ text, tokens }: ToldAnswer, outcome: TaskDone["outcome"]): void {
    const { unit, mediaTimeMs } = this.from;
    this.sink.report({
      type: "task.done",
      task: this.task,
      ...{ text, outcome, skipReason: null, error: null, unit, mediaTimeMs, tokens, prompt: null },
      ...{ startedAtMs: this.startedAtMs, finishedAtMs: this.sink.now() },
      ...{ unanswerable: null, note: null },
    });
  }
}

function taskOf(unit: number): string {
  return `thought_${unit}`;
}
