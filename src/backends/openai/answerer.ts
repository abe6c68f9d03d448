import {
  type BackendReport,
  type BackendStreamOptions,
  EngineError,
  type TaskDone,
  type TaskError,
} from "../../engine/mod.ts";
import { AnswerText, answerPrompt } from "../../prompting/mod.ts";
import { RemoteError, type RemoteModel } from "./client/mod.ts";
import type { Reachability } from "./reachability.ts";
import type { SeenUnit } from "./sight.ts";
import { UsageSum } from "./usage-sum.ts";

/** So many characters are a token at least, in the languages and tokenizers that are in use. */
const MOST_CHARACTERS_PER_TOKEN = 4;

export interface AnswererContext {
  readonly model: RemoteModel;
  readonly options: BackendStreamOptions;
  readonly questionTokens: number;
  readonly reachability: Reachability;
  readonly report: (report: BackendReport) => void;
  /** Called with an error that should not be. */
  readonly broken: (error: Error) => void;
  /** What has been said so far, a line each, for the prompt. */
  readonly thoughts: () => string;
}

interface Question {
  readonly task: string;
  readonly text: string;
  readonly stop: AbortController;
  /** What it waits for; `null`: nothing, the model is answering. */
  waitsFor: "unit" | "end" | null;
  isCancelled: boolean;
}

/** Answers the questions about one stream, each as a request of its own beside the narrator's, on the same prefix. */
export class Answerer {
  private readonly questions = new Map<string, Question>();
  private newest: SeenUnit | null = null;

  /** @param onIdle called whenever an answer has ended and none is open */
  constructor(
    private readonly context: AnswererContext,
    private readonly onIdle: () => void,
  ) {}

  get isIdle(): boolean {
    return this.questions.size === 0;
  }

  /** @throws {EngineError} `question_too_long` */
  ask(task: string, text: string, when: "now" | "end"): void {
    const most = this.context.questionTokens * MOST_CHARACTERS_PER_TOKEN;
    if (text.length > most) {
      const message = `The question has ${text.length} characters, and the limit is ${most}. Ask a shorter one.`;
      throw new EngineError("question_too_long", message, { param: "question" });
    }
    const waitsFor = when === "end" || this.context.options.held ? "end" : "unit";
    const question: Question = { task, text, stop: new AbortController(), waitsFor, isCancelled: false };
    this.questions.set(task, question);
    queueMicrotask(() => this.startDue());
  }

  cancel(task: string): void {
    const question = this.questions.get(task);
    if (question === undefined) return;
    question.isCancelled = true;
    question.stop.abort();
    if (question.waitsFor === null) return;
    queueMicrotask(() => new Answer(question, null, this.context).done("cancelled"));
    queueMicrotask(() => this.forget(question));
  }

  /** A unit has been seen, and can be asked about. */
  seen(unit: SeenUnit): void {
    this.newest = unit;
    this.startDue();
  }

  /** The stream has ended, and all of it has been thought about: answers what waits for that. */
  finish(): void {
    for (const question of this.questions.values()) {
      if (question.waitsFor === null || question.isCancelled) continue;
      question.waitsFor = "unit";
      if (this.newest !== null) continue;
      new Answer(question, null, this.context).done("nothing_seen");
      this.questions.delete(question.task);
    }
    this.startDue();
  }

  /** Stops at once, without reports. */
  close(): void {
    for (const { stop } of this.questions.values()) stop.abort();
    this.questions.clear();
  }

  private startDue(): void {
    if (this.newest === null) return;
    for (const question of this.questions.values()) {
      if (question.waitsFor !== "unit" || question.isCancelled) continue;
      question.waitsFor = null;
      this.answer(question, this.newest).catch(this.context.broken);
    }
  }

  private async answer(question: Question, from: SeenUnit): Promise<void> {
    const answer = new Answer(question, from, this.context);
    const outcome = await answer.give();
    // When the stream was closed, nobody wants to know.
    if (!this.questions.has(question.task)) return;
    answer.done(outcome);
    this.forget(question);
  }

  private forget({ task }: Question): void {
    this.questions.delete(task);
    if (this.isIdle) this.onIdle();
  }
}

/** One answer. */
class Answer {
  private readonly usage = new UsageSum();
  private readonly startedAtMs = performance.now();
  private said = "";
  private error: TaskError | null = null;

  constructor(
    private readonly question: Question,
    private readonly from: SeenUnit | null,
    private readonly context: AnswererContext,
  ) {}

  /** Lets the model answer. */
  async give(): Promise<TaskDone["outcome"]> {
    const { model, options, reachability, thoughts } = this.context;
    const { instructions, temperature, seed, answerTokens } = options;
    const { visual, mediaTimeMs } = this.from!;
    const prompt = { instructions, visual, thoughts: thoughts(), nowMs: mediaTimeMs };
    const enough = new AbortController();
    const signal = AbortSignal.any([this.question.stop.signal, enough.signal]);
    const request = { temperature, seed, signal, urgent: true, maxTokens: answerTokens };
    const text = new AnswerText();
    let pieces = 0;
    try {
      const messages = answerPrompt(prompt, this.question.text);
      const { finish, usage } = await model.chat({ ...request, messages }, (delta) => {
        pieces++;
        this.say(text.push(delta));
        if (text.ended) enough.abort();
      });
      this.say(text.end());
      this.usage.add(usage);
      reachability.works();
      return finish === "length" ? "incomplete" : "completed";
    } catch (error) {
      if (this.question.isCancelled) return "cancelled";
      if (enough.signal.aborted) {
        // Whoever hangs up is not told the counts.
        this.usage.add({ prompt: 0, cached: null, generated: pieces });
        this.say(text.end());
        reachability.works();
        return "completed";
      }
      if (!(error instanceof RemoteError)) throw error;
      if (error.code !== "over_budget") reachability.fails(error);
      const { code, message } = error;
      this.error = { code, message };
      return "failed";
    }
  }

  done(outcome: TaskDone["outcome"]): void {
    const { generated, prompt } = this.usage;
    this.context.report({
      type: "task.done",
      task: this.question.task,
      text: this.said,
      outcome,
      skipReason: null,
      error: this.error,
      unit: this.from?.unit ?? -1,
      mediaTimeMs: this.from?.mediaTimeMs ?? -1,
      ...{ tokens: generated, prompt },
      ...{ startedAtMs: this.startedAtMs, finishedAtMs: performance.now() },
      ...{ unanswerable: null, note: null },
    });
  }

  private say(delta: string): void {
    if (delta === "" || this.question.isCancelled) return;
    this.said += delta;
    this.context.report({ type: "task.token", task: this.question.task, delta });
  }
}
