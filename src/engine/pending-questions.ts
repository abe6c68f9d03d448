import type { TextCodec } from "../models/mod.ts";
import type { ReasonerReport } from "../reasoner/messages.ts";
import { EngineError } from "./errors.ts";
import type { AnswerDelta, AnswerDone, OutsideTeaching } from "./events.ts";
import type { ModelInfo } from "./types.ts";

/** Most questions of one stream that may be open at a time. */
const MAX_QUESTIONS = 32;

interface Question {
  readonly text: string;
  readonly tokens: number;
  readonly askedAtMs: number;
  firstAtMs: number | null;
}

type AnswerReport<T extends ReasonerReport["type"]> = Extract<ReasonerReport, { type: T }>;

/** The questions of a stream that have no whole answer yet, and how long they have waited. */
export class PendingQuestions {
  private readonly questions = new Map<string, Question>();
  private next = 0;

  constructor(
    private readonly stream: string,
    private readonly codec: TextCodec,
    private readonly model: ModelInfo,
  ) {}

  /**
   * Takes a question. Returns the id of its answer and its tokens.
   * @throws {EngineError} `question_empty`, `question_too_long`, `too_many_questions`
   */
  take(question: string): { readonly answer: string; readonly tokens: readonly number[] } {
    const param = "question";
    const text = question.trim();
    if (text === "")
      throw new EngineError("question_empty", "The question is empty; ask something.", { param });
    const tokens = this.codec.encode(text);
    const { questionTokens } = this.model.limits;
    if (tokens.length > questionTokens) {
      const message = `The question has ${tokens.length} tokens; at most ${questionTokens} fit. Ask it shorter.`;
      throw new EngineError("question_too_long", message, { param });
    }
    if (this.questions.size >= MAX_QUESTIONS) {
      const message = `${MAX_QUESTIONS} questions are open; wait for an answer or cancel one.`;
      throw new EngineError("too_many_questions", message);
    }
    const answer = `${this.stream}-answer-${this.next++}`;
    this.questions.set(answer, {
      text,
      tokens: tokens.length,
      askedAtMs: performance.now(),
      firstAtMs: null,
    });
    return { answer, tokens };
  }

  has(answer: string): boolean {
    return this.questions.has(answer);
  }

  delta({ answer, delta }: AnswerReport<"answer.token">): AnswerDelta {
    this.questions.get(answer)!.firstAtMs ??= performance.now();
    return { type: "answer.delta", answer, delta };
  }

  /** @param unfamiliar whether the scene was, at the answer's unit */
  done(report: AnswerReport<"answer.done">, unfamiliar: boolean): AnswerDone {
    const { answer, text, status, unit, mediaTimeMs, tokens } = report;
    const common = { text, unit, mediaTimeMs, unfamiliar, tokens };
    if (status !== "nothing_seen") return this.finish(answer, { ...common, status });
    const message = "The stream ended before a frame was seen; nothing can be said.";
    return this.finish(answer, { ...common, status: "failed", error: { code: status, message } });
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
        status: "failed",
        error,
      }),
    );
  }

  private finish(
    answer: string,
    outcome: Pick<AnswerDone, "text" | "status" | "unit" | "mediaTimeMs" | "unfamiliar" | "error"> & {
      readonly tokens: number;
    },
  ): AnswerDone {
    const { text: question, tokens, askedAtMs, firstAtMs } = this.questions.get(answer)!;
    this.questions.delete(answer);
    const doneMs = performance.now() - askedAtMs;
    return {
      ...outcome,
      outside: this.outside(question, outcome.text),
      type: "answer.done",
      answer,
      question,
      tokens: { question: tokens, answer: outcome.tokens },
      firstMs: firstAtMs === null ? doneMs : firstAtMs - askedAtMs,
      doneMs,
    };
  }

  private outside(question: string, answer: string): OutsideTeaching | null {
    const { cannotAnswer, exampleQuestions } = this.model;
    if (cannotAnswer === null || answer !== cannotAnswer) return null;
    return { unknownWords: this.codec.unknownWords(question), examples: exampleQuestions };
  }
}
