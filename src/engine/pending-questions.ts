import type { TaskDone, TaskToken } from "./backend.ts";
import { ContractBreach } from "./contract-breach.ts";
import { EngineError } from "./errors.ts";
import type { AnswerDelta, AnswerDone } from "./events.ts";

/** Most questions of one stream that may be open at a time. */
const MAX_QUESTIONS = 32;

interface PendingQuestion {
  readonly text: string;
  readonly askedAtMs: number;
  tokens: number;
  firstAtMs: number | null;
}

/** The questions of a stream that have no whole answer yet, and how long they have waited. */
export class PendingQuestions {
  private readonly questions = new Map<string, PendingQuestion>();
  private next = 0;

  constructor(private readonly stream: string) {}

  /**
   * Takes a question and hands it on. Returns the id of its answer.
   * @param ask hands it to the backend; returns its tokens, or null where they are not known
   * @throws {EngineError} `question_empty`, `too_many_questions`, and what `ask` throws
   */
  take(question: string, ask: (answer: string, text: string) => number | null): string {
    const text = question.trim();
    if (text === "") {
      throw new EngineError("question_empty", "The question is empty; ask something.", { param: "question" });
    }
    if (this.questions.size >= MAX_QUESTIONS) {
      const message = `${MAX_QUESTIONS} questions are open; wait for an answer or cancel one.`;
      throw new EngineError("too_many_questions", message);
    }
    const answer = `${this.stream}_answer_${this.next}`;
    const askedAtMs = performance.now();
    const tokens = ask(answer, text) ?? 0;
    this.next++;
    this.questions.set(answer, { text, tokens, askedAtMs, firstAtMs: null });
    return answer;
  }

  has(answer: string): boolean {
    return this.questions.has(answer);
  }

  delta({ task, delta }: TaskToken): AnswerDelta {
    this.questions.get(task)!.firstAtMs ??= performance.now();
    return { type: "answer.delta", answer: task, delta };
  }

  /**
   * @param unfamiliar whether the scene was, at the answer's unit
   * @throws {ContractBreach} when it ended as no answer can
   */
  done(report: TaskDone, unfamiliar: boolean): AnswerDone {
    const { task, text, outcome, unit, mediaTimeMs, tokens, unanswerable } = report;
    if (outcome === "skipped") throw new ContractBreach(`task ${task}, an answer, was skipped`);
    const common = { text, unit, mediaTimeMs, unfamiliar, tokens, unanswerable };
    if (outcome !== "nothing_seen") return this.finish(task, { ...common, status: outcome });
    const message = "The stream ended before a frame was seen; nothing can be said.";
    return this.finish(task, { ...common, status: "failed", error: { code: outcome, message } });
  }

  /** The stream has ended without answering these: they came too late. */
  tooLate(): AnswerDone[] {
    const error = { code: "stream_closed", message: "The stream ended before the question arrived." };
    return [...this.questions.keys()].map((answer) =>
      this.finish(answer, {
        text: "",
        unit: -1,
        mediaTimeMs: -1,
        unfamiliar: false,
        tokens: 0,
        unanswerable: null,
        status: "failed",
        error,
      }),
    );
  }

  private finish(
    answer: string,
    outcome: Omit<AnswerDone, "type" | "answer" | "question" | "tokens" | "firstMs" | "doneMs"> & {
      readonly tokens: number;
    },
  ): AnswerDone {
    const { text: question, tokens, askedAtMs, firstAtMs } = this.questions.get(answer)!;
    this.questions.delete(answer);
    const doneMs = performance.now() - askedAtMs;
    return {
      ...outcome,
      type: "answer.done",
      answer,
      question,
      tokens: { question: tokens, answer: outcome.tokens },
      firstMs: firstAtMs === null ? doneMs : firstAtMs - askedAtMs,
      doneMs,
    };
  }
}
