import type { ReasonerRequest } from "./messages.ts";

/** A question that has not been taken up yet. */
export type Question = Pick<Extract<ReasonerRequest, { type: "ask" }>, "task" | "text" | "tokens" | "when">;

/** Questions of one stream that wait until there is something to answer from, or for the stream's end. */
export class WaitingQuestions {
  private questions: Question[] = [];

  /** Questions that wait. */
  get count(): number {
    return this.questions.length;
  }

  add(question: Question): void {
    this.questions.push(question);
  }

  /** Removes a question; returns whether it was there. */
  remove(task: string): boolean {
    const before = this.questions.length;
    this.questions = this.questions.filter((question) => question.task !== task);
    return this.questions.length < before;
  }

  /**
   * Removes and returns the questions that are to be answered now, in the order in which they were asked.
   *
   * @param hasThoughts whether a thought is finished, from which a question can be answered
   * @param isOver whether all units of the ended stream have been thought about
   */
  takeDue(hasThoughts: boolean, isOver: boolean): Question[] {
    const due = this.questions.filter(({ when }) => isOver || (when === "now" && hasThoughts));
    if (due.length > 0) this.questions = this.questions.filter((question) => !due.includes(question));
    return due;
  }
}
