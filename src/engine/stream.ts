import { BehaviorSubject, distinctUntilChanged, type Observable, Subject } from "rxjs";
import type { Frame } from "../ingest/frame.ts";
import type { TextCodec } from "../models/mod.ts";
import type { ReasonerReport, ReasonerRequest } from "../reasoner/messages.ts";
import type { VisionReport, VisionRequest } from "../vision/messages.ts";
import { EngineError, type EngineErrorCode } from "./errors.ts";
import type { EngineEvent, StreamTotals } from "./events.ts";
import { type AssembledUnit, FrameQueue } from "./frame-queue.ts";
import { Ledger } from "./ledger.ts";
import { BATCH_UNITS, visionLead } from "./paradigm.ts";
import type { ResolvedStreamOptions } from "./stream-options.ts";
import type { EngineStream, ModelInfo } from "./types.ts";

/** Most questions of one stream that may be open at a time. */
const MAX_QUESTIONS = 32;

/** What a stream has from its engine. */
export interface StreamContext {
  readonly model: ModelInfo;
  readonly codec: TextCodec;
  toVision(request: VisionRequest): void;
  toReasoner(request: ReasonerRequest): void;
  /** The stream has ended or was closed: the engine forgets it. */
  gone(id: string): void;
}

interface Question {
  readonly text: string;
  readonly tokens: number;
  readonly askedAtMs: number;
  firstAtMs: number | null;
}

type OpenUnit = Pick<AssembledUnit, "arrivedAtMs"> & {
  readonly mediaTimeMs: number;
  firstAtMs: number | null;
};

/** One camera on the two workers: gives vision its next unit when the paradigm lets it, and tells what comes out. */
export class Stream implements EngineStream {
  readonly events$: Observable<EngineEvent>;
  readonly ready$: Observable<boolean>;
  private readonly events = new Subject<EngineEvent>();
  private readonly ready = new BehaviorSubject(true);
  private readonly queue: FrameQueue;
  /** Units that were given to vision and are not thought about yet. */
  private readonly open = new Map<number, OpenUnit>();
  private readonly questions = new Map<string, Question>();
  private readonly ledger: Ledger;
  /** The unit that vision works on. Its thought may be reported before it is: the workers' reports cross. */
  private encoding: AssembledUnit | null = null;
  private thought = -1;
  private newestMediaTimeMs = 0;
  private nextAnswer = 0;
  /** `ending`: no more frames are taken; `ended`: the reasoner knows how many units there are. */
  private state: "open" | "ending" | "ended" | "closed" = "open";
  private readonly closing = new Map<"vision" | "reasoner", () => void>();

  constructor(
    readonly id: string,
    private readonly options: ResolvedStreamOptions,
    private readonly context: StreamContext,
  ) {
    this.events$ = this.events.asObservable();
    this.ready$ = this.ready.pipe(distinctUntilChanged());
    this.ledger = new Ledger(options.visualWindowUnits + context.model.sinkUnits);
    this.queue = new FrameQueue(context.model.framesPerUnit, options.maxInflightFrames, (frame) =>
      this.drop(frame),
    );
    const { paradigm, visualWindowUnits, textWindowTokens, thoughtTokens, answerTokens, temperature, seed } =
      options;
    context.toVision({ type: "open", stream: id, windowUnits: visualWindowUnits });
    context.toReasoner({
      type: "open",
      stream: id,
      options: {
        visualWindowUnits,
        textWindowTokens,
        thoughtTokens,
        answerTokens,
        temperature,
        seed,
        held: paradigm === "batch",
      },
    });
  }

  get totals(): StreamTotals {
    return this.ledger.totals;
  }

  push(frame: Frame): void {
    if (this.state !== "open")
      throw new EngineError("stream_closed", "The stream has ended; open another one.");
    const { width, height } = this.context.model;
    if (frame.width !== width || frame.height !== height || frame.data.length !== width * height * 3) {
      throw new EngineError(
        "frame_size",
        `A frame must be ${width}×${height} RGB; this one is ${frame.width}×${frame.height}.`,
      );
    }
    this.ledger.counts.framesIn++;
    this.newestMediaTimeMs = frame.mediaTimeMs;
    this.queue.push(frame);
    this.pump();
  }

  ask(question: string, when: "now" | "end" = "now"): string {
    if (this.state === "closed")
      throw new EngineError("stream_closed", "The stream has ended; open another one.");
    const text = question.trim();
    if (text === "")
      throw new EngineError("question_empty", "The question is empty; ask something.", { param: "question" });
    const tokens = this.context.codec.encode(text);
    const most = this.context.model.limits.questionTokens;
    if (tokens.length > most) {
      const message = `The question has ${tokens.length} tokens; at most ${most} fit. Ask it shorter.`;
      throw new EngineError("question_too_long", message, { param: "question" });
    }
    if (this.questions.size >= MAX_QUESTIONS) {
      throw new EngineError(
        "too_many_questions",
        `${MAX_QUESTIONS} questions are open; wait for an answer or cancel one.`,
      );
    }
    const answer = `${this.id}-answer-${this.nextAnswer++}`;
    this.questions.set(answer, {
      text,
      tokens: tokens.length,
      askedAtMs: performance.now(),
      firstAtMs: null,
    });
    this.context.toReasoner({ type: "ask", stream: this.id, answer, tokens, when });
    return answer;
  }

  cancel(answer: string): boolean {
    if (!this.questions.has(answer)) return false;
    this.context.toReasoner({ type: "cancel", stream: this.id, answer });
    return true;
  }

  end(): void {
    if (this.state !== "open") return;
    this.state = "ending";
    this.queue.complete();
    this.pump();
  }

  async close(): Promise<void> {
    if (this.state === "closed") return;
    const both = (["vision", "reasoner"] as const).map(
      (side) => new Promise<void>((done) => this.closing.set(side, done)),
    );
    this.finish();
    this.context.toVision({ type: "close", stream: this.id });
    this.context.toReasoner({ type: "close", stream: this.id });
    await Promise.all(both);
    this.context.gone(this.id);
  }

  /** Ends the stream with an error; nothing follows. */
  fail(code: EngineErrorCode, message: string): void {
    if (this.state === "closed") return;
    this.events.next({ type: "stream.failed", code, message, fatal: true });
    this.finish();
    this.released();
    this.context.toVision({ type: "close", stream: this.id });
    this.context.toReasoner({ type: "close", stream: this.id });
    this.context.gone(this.id);
  }

  /** The workers are gone: nobody will confirm a closing any more. */
  released(): void {
    for (const done of this.closing.values()) done();
  }

  onVision(report: Exclude<VisionReport, { type: "ready" }>): void {
    if (report.type === "closed") {
      this.closing.get("vision")?.();
    } else if (this.state === "closed") {
      return;
    } else if (report.type === "failed") {
      this.fail("worker_failed", `Vision failed: ${report.message}`);
    } else {
      const { unit, startedAtMs, finishedAtMs } = report;
      const { arrivedAtMs, frames } = this.encoding!;
      const { mediaTimeMs } = frames;
      this.encoding = null;
      this.ledger.seen();
      const encoded = { startedAtMs, finishedAtMs };
      this.events.next({ type: "unit.seen", unit, mediaTimeMs, arrivedAtMs, encoded });
      this.pump();
    }
  }

  onReasoner(report: Exclude<ReasonerReport, { type: "ready" }>): void {
    if (report.type === "closed") {
      this.closing.get("reasoner")?.();
      return;
    }
    if (this.state === "closed") return;
    switch (report.type) {
      case "thought.token":
        this.onThoughtToken(report.unit, report.delta);
        break;
      case "thought.done":
        this.onThoughtDone(report);
        break;
      case "answer.token":
        this.questions.get(report.answer)!.firstAtMs ??= performance.now();
        this.events.next({ type: "answer.delta", answer: report.answer, delta: report.delta });
        break;
      case "answer.done":
        this.onAnswerDone(report);
        break;
      case "failed":
        this.fail("worker_failed", `Reasoning failed: ${report.message}`);
        break;
      case "ended":
        this.tellEvictions(true);
        this.events.next({ type: "stream.ended", totals: this.totals });
        this.finish();
        this.context.toVision({ type: "close", stream: this.id });
        this.context.gone(this.id);
    }
  }

  /** Gives vision the next unit if it is idle, and says whether another frame can be taken. */
  private pump(): void {
    const ahead = this.queue.taken - (this.thought + 1);
    if (this.encoding === null && ahead < visionLead(this.options.paradigm)) {
      const unit = this.queue.take();
      if (unit !== null) this.encode(unit);
      else if (this.state === "ending") this.endReasoning();
    }
    if (this.state !== "closed") this.ready.next(this.state === "open" && this.queue.hasRoom);
  }

  private encode(unit: AssembledUnit): void {
    const { frames, arrivedAtMs } = unit;
    if (this.options.paradigm === "batch" && frames.unit >= BATCH_UNITS) {
      const message = `The batch paradigm keeps at most ${BATCH_UNITS} units before it thinks; use streamed for longer video.`;
      this.fail("batch_too_long", message);
      return;
    }
    this.encoding = unit;
    this.open.set(frames.unit, { arrivedAtMs, mediaTimeMs: frames.mediaTimeMs, firstAtMs: null });
    this.context.toVision({ type: "unit", stream: this.id, unit: frames });
  }

  private endReasoning(): void {
    this.state = "ended";
    this.context.toReasoner({ type: "end", stream: this.id, units: this.queue.taken });
  }

  private drop(frame: Frame): void {
    this.ledger.counts.framesDropped++;
    this.events.next({
      type: "frame.dropped",
      seq: frame.seq,
      mediaTimeMs: frame.mediaTimeMs,
      reason: "busy",
    });
  }

  private thoughtId(unit: number): string {
    return `${this.id}-thought-${unit}`;
  }

  private onThoughtToken(unit: number, delta: string): void {
    const open = this.open.get(unit)!;
    const thought = this.thoughtId(unit);
    const { mediaTimeMs } = open;
    if (open.firstAtMs === null) {
      open.firstAtMs = performance.now();
      this.events.next({ type: "thought.started", thought, unit, mediaTimeMs });
    }
    if (delta !== "") this.events.next({ type: "thought.delta", thought, unit, mediaTimeMs, delta });
  }

  private onThoughtDone(report: Extract<ReasonerReport, { type: "thought.done" }>): void {
    const { unit, text, skipped, stop, tokens, startedAtMs, finishedAtMs } = report;
    const open = this.open.get(unit)!;
    this.open.delete(unit);
    this.thought = unit;
    this.ledger.thought(skipped, tokens, report.textEvicted);
    this.events.next({
      type: "thought.done",
      thought: this.thoughtId(unit),
      unit,
      mediaTimeMs: open.mediaTimeMs,
      text,
      skipped,
      stop,
      tokens,
      ttftMs: (open.firstAtMs ?? performance.now()) - open.arrivedAtMs,
      stalenessMs: this.newestMediaTimeMs - open.mediaTimeMs,
      reasoned: { startedAtMs, finishedAtMs },
    });
    this.tellEvictions(false);
    this.pump();
  }

  private onAnswerDone(report: Extract<ReasonerReport, { type: "answer.done" }>): void {
    const question = this.questions.get(report.answer)!;
    this.questions.delete(report.answer);
    this.ledger.counts.answers++;
    const doneMs = performance.now() - question.askedAtMs;
    const failed = report.status === "nothing_seen";
    this.events.next({
      type: "answer.done",
      answer: report.answer,
      question: question.text,
      text: report.text,
      status: failed ? "failed" : (report.status as "completed" | "incomplete" | "cancelled"),
      unit: report.unit,
      mediaTimeMs: report.mediaTimeMs,
      tokens: { question: question.tokens, answer: report.tokens },
      firstMs: question.firstAtMs === null ? doneMs : question.firstAtMs - question.askedAtMs,
      doneMs,
      ...(failed && {
        error: {
          code: "nothing_seen",
          message: "The stream ended before a frame was seen; nothing can be said.",
        },
      }),
    });
  }

  private tellEvictions(last: boolean): void {
    const evicted = this.ledger.evictions(last);
    if (evicted !== null) this.events.next(evicted);
  }

  private finish(): void {
    this.state = "closed";
    this.ready.next(false);
    this.ready.complete();
    this.events.complete();
  }
}
