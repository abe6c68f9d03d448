/**
 * A FAKE engine without a model. A script gives its thought about each unit and its answer to each question, so that
 * the protocol, the streams, the server and the page can be tested alone. Nothing in src/ may use it.
 */
import { once } from "node:events";
import { BehaviorSubject, type Observable, Subject } from "rxjs";
import type { StreamCaches } from "../../src/engine/cache-gauge.ts";
import { EngineError } from "../../src/engine/errors.ts";
import type { AnswerDone, EngineEvent, StreamTotals } from "../../src/engine/events.ts";
import type { BackendFigures, EngineFigures, EngineHealth } from "../../src/engine/figures.ts";
import type { ModelInfo } from "../../src/engine/model-info.ts";
import type { OverlookedReason } from "../../src/engine/overlooked.ts";
import { NO_TOTALS } from "../../src/engine/stream-totals.ts";
import type { Engine, EngineStream, StreamOptions } from "../../src/engine/types.ts";
import type { Frame } from "../../src/ingest/frame.ts";

export const SCRIPTED_MODEL: ModelInfo = {
  id: "scripted",
  description: "A script that pretends to watch a street.",
  width: 64,
  height: 48,
  fps: 10,
  framesPerUnit: 2,
  input: { size: "fixed", format: "rgb" },
  can: { skip: true, instructions: false, fork: true, parallel: true, skipLate: false, watchScene: true },
  tokensPerFrame: null,
  chosenBecause: null,
  positionSchemes: ["real-time"],
  sinkUnits: 1,
  limits: {
    visualWindowUnits: 32,
    textWindowTokens: 256,
    thoughtTokens: 24,
    answerTokens: 24,
    questionTokens: 8,
  },
  cannotAnswer: null,
  exampleQuestions: ["what is moving?", "how many cars have left?"],
};

export interface Script {
  /** The thought about a unit; null: a skip. */
  readonly thought?: (unit: number) => string | null;
  readonly answer?: (question: string) => string;
  /** Whether the answer stays open after its text until it is stopped, however slow the test is; by default it ends. */
  readonly isHeldOpen?: (question: string) => boolean;
  /** The note on an answer; none by default. */
  readonly note?: (question: string) => string;
  /** Why an answer is a lower bound; it is none by default. */
  readonly atLeastBecause?: (question: string) => readonly OverlookedReason[];
  /** What of a question it does not understand; by default it understands all. */
  readonly unanswerable?: (question: string) => AnswerDone["unanswerable"];
  /** Time between two pieces of text (ms). */
  readonly pauseMs?: number;
  readonly maxStreams?: number;
  readonly model?: Partial<ModelInfo>;
}

export class ScriptedEngine implements Engine {
  readonly model: ModelInfo;
  /** All streams that were opened, in order, including closed ones. */
  readonly opened: ScriptedStream[] = [];
  /** What it says of itself. */
  health: EngineHealth = "ready";
  restarts = 0;
  /** What its backend would have counted. */
  backend: BackendFigures | null = null;
  private readonly script: Script;

  constructor(script: Script = {}) {
    this.script = script;
    this.model = { ...SCRIPTED_MODEL, ...script.model };
  }

  /** Streams that have neither been closed nor ended. */
  get open(): ScriptedStream[] {
    return this.opened.filter((stream) => !stream.isClosed);
  }

  get freeStreams(): number {
    return (this.script.maxStreams ?? Number.POSITIVE_INFINITY) - this.open.length;
  }

  async figures(): Promise<EngineFigures> {
    const { restarts, backend, freeStreams } = this;
    return { restarts, openStreams: this.open.length, freeStreams, backend };
  }

  openStream(options: StreamOptions = {}): EngineStream {
    if (this.freeStreams <= 0) {
      throw new EngineError(
        "too_many_streams",
        "The scripted engine has no room for another stream. Close one first.",
      );
    }
    const stream = new ScriptedStream(`stream_${this.opened.length}`, this.model, this.script, options);
    this.opened.push(stream);
    return stream;
  }

  async close(): Promise<void> {
    await Promise.all(this.open.map((stream) => stream.close()));
  }
}

export class ScriptedStream implements EngineStream {
  readonly frames: Frame[] = [];
  /** What was said to be missing. */
  readonly missing: (readonly ["frames_dropped" | "gap", number])[] = [];
  readonly ready$: Observable<boolean> = new BehaviorSubject(true);
  readonly caughtUp$: Observable<boolean> = new BehaviorSubject(true);
  private readonly events = new Subject<EngineEvent>();
  readonly events$: Observable<EngineEvent> = this.events;
  readonly id: string;
  readonly options: StreamOptions;
  private readonly model: ModelInfo;
  private readonly script: Script;
  private readonly counts: { -readonly [K in keyof StreamTotals]: number } = { ...NO_TOTALS };
  private readonly answering = new Map<string, AbortController>();
  private asked = 0;
  private work: Promise<void> = Promise.resolve();
  private ending = false;
  isClosed = false;

  constructor(id: string, model: ModelInfo, script: Script, options: StreamOptions) {
    this.id = id;
    this.model = model;
    this.script = script;
    this.options = options;
  }

  get totals(): StreamTotals {
    return { ...this.counts };
  }

  /** It has no caches. */
  get caches(): StreamCaches {
    return { visual: null, text: null };
  }

  push(frame: Frame): void {
    this.frames.push(frame);
    this.counts.framesIn++;
    if (this.counts.framesIn % this.model.framesPerUnit === 0) {
      const unit = this.counts.units++;
      this.work = this.work.then(() => this.think(unit, frame));
    }
  }

  missed(reason: "frames_dropped" | "gap", mediaTimeMs: number): void {
    this.missing.push([reason, mediaTimeMs]);
  }

  ask(question: string): string {
    if (this.ending || this.isClosed)
      throw new EngineError("stream_closed", "The stream has ended. Open another one.");
    if (question.trim() === "")
      throw new EngineError("question_empty", "The question is empty. Ask something.");
    if (question.split(/\s+/).length > this.model.limits.questionTokens) {
      throw new EngineError(
        "question_too_long",
        `The question is too long. Ask it in at most ${this.model.limits.questionTokens} words.`,
      );
    }
    if (this.answering.size >= 4)
      throw new EngineError("too_many_questions", "4 questions are open. Wait for an answer.");
    const answer = `answer_${this.asked++}`;
    const stop = new AbortController();
    this.answering.set(answer, stop);
    const answered = this.reply(answer, question, stop.signal);
    this.work = Promise.all([this.work, answered]).then(() => undefined);
    return answer;
  }

  cancel(answer: string): boolean {
    const stop = this.answering.get(answer);
    stop?.abort();
    return stop !== undefined;
  }

  end(): void {
    if (this.ending) return;
    this.ending = true;
    void this.work.then(() => {
      this.send({ type: "stream.ended", totals: this.totals });
      this.complete();
    });
  }

  async close(): Promise<void> {
    this.complete();
  }

  /** Emits an event that is not in the script. */
  emit(event: EngineEvent): void {
    this.send(event);
    if (event.type === "stream.failed" && event.fatal) this.complete();
  }

  private async think(unit: number, frame: Frame): Promise<void> {
    const { mediaTimeMs } = frame;
    const thought = `thought_${unit}`;
    const startedAtMs = performance.now();
    const at = { thought, unit, mediaTimeMs };
    const sinceMediaTimeMs = this.frames[this.frames.indexOf(frame) - 1]?.mediaTimeMs ?? mediaTimeMs;
    const encoded = { startedAtMs: frame.arrivedAtMs, finishedAtMs: startedAtMs };
    this.send({
      type: "unit.seen",
      unit,
      sinceMediaTimeMs,
      mediaTimeMs,
      arrivedAtMs: frame.arrivedAtMs,
      still: false,
      unfamiliar: false,
      encoded,
    });
    const text = this.script.thought ? this.script.thought(unit) : `unit ${unit} was seen`;
    this.send({ type: "thought.started", ...at });
    const ttftMs = performance.now() - frame.arrivedAtMs;
    const pieces = text === null ? [] : text.split(/(?=\s)/);
    for (const delta of pieces) {
      await this.pause();
      this.send({ type: "thought.delta", ...at, delta });
    }
    if (text === null) this.counts.skips++;
    else this.counts.thoughts++;
    this.counts.reasoningTokens += pieces.length + 1;
    this.send({
      type: "thought.done",
      ...at,
      sinceMediaTimeMs,
      text: text ?? "",
      skipped: text === null,
      skipReason: text === null ? "nothing_new" : null,
      prompt: null,
      unfamiliar: false,
      stop: "end",
      tokens: pieces.length + 1,
      ttftMs,
      stalenessMs: (this.frames.at(-1)?.mediaTimeMs ?? mediaTimeMs) - mediaTimeMs,
      reasoned: { startedAtMs, finishedAtMs: performance.now() },
    });
  }

  private async reply(answer: string, question: string, stopped: AbortSignal): Promise<void> {
    const askedAtMs = performance.now();
    const text = this.script.answer?.(question) ?? `about "${question}": nothing yet`;
    let said = "";
    let firstMs = 0;
    let tokens = 0;
    for (const delta of text.split(/(?=\s)/)) {
      await this.pause();
      if (stopped.aborted) break;
      if (tokens++ === 0) firstMs = performance.now() - askedAtMs;
      said += delta;
      this.send({ type: "answer.delta", answer, delta });
    }
    if (this.script.isHeldOpen?.(question) && !stopped.aborted) await once(stopped, "abort");
    this.answering.delete(answer);
    this.counts.answers++;
    this.send({
      type: "answer.done",
      answer,
      question,
      text: said,
      status: stopped.aborted ? "cancelled" : "completed",
      prompt: null,
      unanswerable: this.script.unanswerable?.(question) ?? null,
      note: this.script.note?.(question) ?? null,
      atLeastBecause: this.script.atLeastBecause?.(question) ?? [],
      unit: this.counts.units - 1,
      mediaTimeMs: this.frames.at(-1)?.mediaTimeMs ?? -1,
      unfamiliar: false,
      tokens: { question: question.split(/\s+/).length, answer: tokens },
      firstMs,
      doneMs: performance.now() - askedAtMs,
    });
  }

  private pause(): Promise<void> {
    return new Promise((resolve) => setTimeout(resolve, this.script.pauseMs ?? 0));
  }

  private send(event: EngineEvent): void {
    if (!this.isClosed) this.events.next(event);
  }

  private complete(): void {
    this.isClosed = true;
    for (const stop of this.answering.values()) stop.abort();
    this.events.complete();
  }
}
