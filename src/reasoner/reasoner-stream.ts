import type { UnitPlace } from "../cache/mod.ts";
import type { PublishedUnit } from "../vision/mod.ts";
import { AnswerReport, type ReportSink } from "./answer-report.ts";
import type { Schedulable, ThinkerGroup } from "./scheduler.ts";
import type { OpenAnswer, StreamThinkers } from "./stream-thinkers.ts";
import { type Question, WaitingQuestions } from "./waiting-questions.ts";

/** All thinking about one stream: its C_v, its narrator, and an answerer for every open question. */
export class ReasonerStream implements ThinkerGroup {
  private readonly questions = new WaitingQuestions();
  private readonly answers = new Map<string, OpenAnswer>();
  private isHeld: boolean;
  /** Units of the whole stream, once it has ended. */
  private total: number | null = null;

  /** @param held whether all thinking waits until the stream's end (the batch paradigm) */
  constructor(
    readonly id: string,
    private readonly held: boolean,
    private readonly thinking: StreamThinkers,
    private readonly sink: ReportSink,
  ) {
    this.isHeld = held;
  }

  /** Whether, after {@link end}, every unit has been thought about and every question answered. */
  get isFinished(): boolean {
    return this.isOver && this.questions.count === 0 && this.answers.size === 0;
  }

  /** The newest unit that its thinkers can look at; -1 before the first. */
  get newestUnit(): number {
    return this.thinking.visual.newest;
  }

  receive(unit: PublishedUnit["unit"]): void {
    this.thinking.visual.receive(unit);
  }

  ask(question: Question): void {
    // The batch paradigm thinks at the end only, so before that there is nothing to answer from.
    this.questions.add({ ...question, when: this.held ? "end" : question.when });
  }

  cancel(task: string): void {
    const open = this.answers.get(task);
    if (this.questions.remove(task)) AnswerReport.notBegun(task, "cancelled", this.sink);
    else if (open !== undefined) {
      this.close(task);
      open.cancelled();
    }
  }

  /** No unit follows the first `units` ones. */
  end(units: number): void {
    this.total = units;
    this.isHeld = false;
  }

  /** Gives all its memory back; it must not be used after this. Must be called between two steps. */
  release(): void {
    for (const task of [...this.answers.keys()]) this.close(task);
    this.thinking.narration.release();
    this.thinking.visual.release();
  }

  /** Takes over the units and questions that have come, then names everybody who may have a step to take. */
  thinkers(): Schedulable[] {
    if (this.isHeld) return [];
    const { visual, narrator, narration } = this.thinking;
    let prefilling = visual.advance(narrator.current);
    while (narrator.catchUp?.()) prefilling = visual.advance(narrator.current);
    this.takeUpQuestions();
    return [narration, ...Array.from(this.answers.values(), ({ thinker }) => thinker), ...prefilling];
  }

  /** Whether the stream has ended and every unit has been thought about. */
  private get isOver(): boolean {
    return this.total !== null && this.thinking.narrator.current >= this.total;
  }

  private takeUpQuestions(): void {
    const { narrator, visual } = this.thinking;
    const finished = narrator.current;
    for (const question of this.questions.takeDue(finished > 0, this.isOver)) {
      if (finished === 0) AnswerReport.notBegun(question.task, "nothing_seen", this.sink);
      else this.open(question, visual.place(Math.min(this.newestUnit, finished))!);
    }
  }

  /** @param from the unit that the question looks from */
  private open(question: Question, from: UnitPlace): void {
    const { task } = question;
    this.answers.set(
      task,
      this.thinking.answer(question, from, () => this.close(task)),
    );
  }

  private close(task: string): void {
    this.answers.get(task)?.thinker.release();
    this.answers.delete(task);
  }
}
