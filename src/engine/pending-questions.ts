import type { TaskDone, TaskToken } from "./backend.ts";
import { ContractBreach, EngineError } from "./errors.ts";
import type { AnswerDelta, AnswerDone } from "./events.ts";
import type { Overlooked } from "./overlooked.ts";

/** Most questions of one stream that may be open at once. */
const MAX_QUESTIONS = 32;

interface PendingQuestion {
  readonly text: string;
  readonly askedAtMs: number;
  tokens: number;
  firstAtMs: number | null;
}

/** The open questions of a stream: those whose answer is not complete. Turns reports about them into events. */
export class PendingQuestions {
  private readonly questions = new Map<string, PendingQuestion>();
  private next = 0;

  constructor(private readonly stream: string) {}

  /**
   * Takes a question and passes it on.
   * @param ask passes the question to the backend; returns its number of tokens, or null when that is not known
   * @returns the id of the answer, which is also that of the backend's task
   * @throws {EngineError} `question_empty`, `too_many_questions`, and whatever `ask` throws
   */
  take(question: string, ask: (answer: string, text: string) => number | null): string {
    const text = question.trim();
    if (text === "") {
      throw new EngineError("question_empty", "The question is empty. Ask something.", { param: "question" });
    }
    if (this.questions.size >= MAX_QUESTIONS) {
      const message = `${MAX_QUESTIONS} questions of this stream are open, and no more are taken. Ask fewer at once.`;
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
   * @param unfamiliar whether the scene was unfamiliar at the answer's unit
   * @param overlooked when somebody may have been missed
   * @throws {ContractBreach} when the outcome is one that only a thought can have
   */
  done(report: TaskDone, unfamiliar: boolean, overlooked: Overlooked): AnswerDone {
    const { task, text, outcome, error, unit, mediaTimeMs, tokens, prompt, unanswerable, note } = report;
    if (outcome === "skipped") throw new ContractBreach(`task ${task}, an answer, was skipped`);
    if ((outcome === "failed") !== (error !== null))
      throw new ContractBreach(`task ${task} ended as ${outcome} with the error ${error?.code ?? null}`);
    const atLeastBecause = report.isCount ? overlooked.until(mediaTimeMs) : [];
    const common = {
      text,
      unit,
      mediaTimeMs,
      unfamiliar,
      tokens,
      prompt,
      unanswerable,
      note,
      atLeastBecause,
    };
    if (error !== null) return this.finish(task, { ...common, status: "failed", error });
    if (outcome !== "nothing_seen" && outcome !== "failed")
      return this.finish(task, { ...common, status: outcome });
    const message = "The stream ended before a frame was seen. Send a frame before you ask.";
    return this.finish(task, { ...common, status: "failed", error: { code: "nothing_seen", message } });
  }

  /** Fails every question that is still open when the stream has ended: it came too late to be answered. */
  tooLate(): AnswerDone[] {
    const error = {
      code: "stream_closed",
      message: "The stream ended before the question arrived. Ask before you end it.",
    };
    return [...this.questions.keys()].map((answer) =>
      this.finish(answer, {
        text: "",
        unit: -1,
        mediaTimeMs: -1,
        unfamiliar: false,
        tokens: 0,
        prompt: null,
        unanswerable: null,
        note: null,
        atLeastBecause: [],
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
