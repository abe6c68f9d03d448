import { BehaviorSubject, distinctUntilChanged, type Observable, Subject } from "rxjs";
import type { Frame } from "../ingest/frame.ts";
import type { TextCodec } from "../models/mod.ts";
import type { ReasonerReport, ReasonerRequest } from "../reasoner/messages.ts";
import type { VisionReport, VisionRequest } from "../vision/messages.ts";
import { EngineError, type EngineErrorCode } from "./errors.ts";
import type { EngineEvent, StreamTotals } from "./events.ts";
import { type AssembledUnit, FrameQueue } from "./frame-queue.ts";
import { BATCH_UNITS, visionLead } from "./paradigm.ts";
import { PendingQuestions } from "./pending-questions.ts";
import { PendingUnits } from "./pending-units.ts";
import { ReorderBuffer } from "./reorder-buffer.ts";
import { SceneLog } from "./scene-log.ts";
import type { ResolvedStreamOptions } from "./stream-options.ts";
import { TotalsCounter } from "./stream-totals.ts";
import type { EngineStream, ModelInfo } from "./types.ts";

/** What a stream has from its engine. */
export interface StreamContext {
  readonly model: ModelInfo;
  readonly codec: TextCodec;
  toVision(request: VisionRequest): void;
  toReasoner(request: ReasonerRequest): void;
  /** Units of all streams that vision has. */
  unitsAtVision(): number;
  /** The stream has ended or was closed: the engine forgets it. */
  gone(id: string): void;
}

/** One camera on the two workers: gives vision its next unit when the paradigm lets it, and tells what comes out. */
export class Stream implements EngineStream {
  readonly events$: Observable<EngineEvent>;
  readonly ready$: Observable<boolean>;
  private readonly events = new Subject<EngineEvent>();
  private readonly ready = new BehaviorSubject(true);
  private readonly queue: FrameQueue;
  private readonly units: PendingUnits;
  private readonly questions: PendingQuestions;
  private readonly ledger: TotalsCounter;
  private readonly scenes = new SceneLog();
  private readonly order = new ReorderBuffer();
  /** Units that vision has. */
  private readonly encoding: AssembledUnit[] = [];
  private newestMediaTimeMs = Number.NEGATIVE_INFINITY;
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
    this.units = new PendingUnits(id);
    this.questions = new PendingQuestions(id, context.codec, context.model);
    this.ledger = new TotalsCounter(options.visualWindowUnits + context.model.sinkUnits);
    this.queue = new FrameQueue(context.model.framesPerUnit, options.maxInflightFrames, (frame) =>
      this.drop(frame),
    );
    const { paradigm, positions, stillLevels, sceneMonitor, visualWindowUnits, textWindowTokens } = options;
    const { thoughtTokens, answerTokens, temperature, seed } = options;
    context.toVision({
      type: "open",
      stream: id,
      options: { windowUnits: visualWindowUnits, positions, stillLevels, sceneMonitor },
    });
    context.toReasoner({
      type: "open",
      stream: id,
      options: {
        visualWindowUnits,
        textWindowTokens,
        positions,
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

  /** Units of it that vision has. */
  get unitsAtVision(): number {
    return this.encoding.length;
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
    const { mediaTimeMs } = frame;
    if (!(Number.isFinite(mediaTimeMs) && mediaTimeMs >= this.newestMediaTimeMs)) {
      throw new EngineError(
        "frame_time",
        `A frame's media time must not go back: ${mediaTimeMs} ms came after ${this.newestMediaTimeMs} ms.`,
      );
    }
    this.ledger.counts.framesIn++;
    this.newestMediaTimeMs = mediaTimeMs;
    this.queue.push(frame);
    this.pump();
  }

  ask(question: string, when: "now" | "end" = "now"): string {
    if (this.state === "closed")
      throw new EngineError("stream_closed", "The stream has ended; open another one.");
    const { answer, tokens } = this.questions.take(question);
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
      const { unit, still, scene, startedAtMs, finishedAtMs } = report;
      const { arrivedAtMs, frames } = this.encoding.shift()!;
      const { mediaTimeMs } = frames;
      const changed = this.scenes.take(scene, unit, mediaTimeMs);
      const unfamiliar = this.scenes.unfamiliarAt(unit);
      this.ledger.seen(unfamiliar);
      const encoded = { startedAtMs, finishedAtMs };
      if (changed !== null) this.events.next(changed);
      this.events.next({ type: "unit.seen", unit, mediaTimeMs, arrivedAtMs, still, unfamiliar, encoded });
      for (const held of this.order.reported(unit)) this.tell(held);
      this.pump();
    }
  }

  onReasoner(report: Exclude<ReasonerReport, { type: "ready" }>): void {
    if (report.type === "closed") {
      this.closing.get("reasoner")?.();
      return;
    }
    for (const next of this.order.take(report)) this.tell(next);
  }

  private tell(report: Exclude<ReasonerReport, { type: "ready" | "closed" }>): void {
    if (this.state === "closed") return;
    switch (report.type) {
      case "thought.token":
        for (const event of this.units.token(report)) this.events.next(event);
        break;
      case "thought.done":
        this.events.next(
          this.units.done(report, this.newestMediaTimeMs, this.scenes.unfamiliarAt(report.unit)),
        );
        this.ledger.thought(report.skipped, report.tokens, report.textEvicted);
        this.tellEvictions(false);
        this.pump();
        break;
      case "thought.recap":
        this.events.next({ type: "thought.recap", unit: report.unit, text: report.text });
        break;
      case "answer.token":
        this.events.next(this.questions.delta(report));
        break;
      case "answer.done":
        this.ledger.counts.answers++;
        this.events.next(this.questions.done(report, this.scenes.unfamiliarAt(report.unit)));
        break;
      case "failed":
        this.fail("worker_failed", `Reasoning failed: ${report.message}`);
        break;
      case "ended":
        for (const late of this.questions.tooLate()) this.events.next(late);
        this.tellEvictions(true);
        this.events.next({ type: "stream.ended", totals: this.totals });
        this.finish();
        this.context.toVision({ type: "close", stream: this.id });
        this.context.gone(this.id);
    }
  }

  /** Gives vision what it can take, and says whether another frame can be taken. */
  private pump(): void {
    while (this.state !== "closed" && this.visionIsFree()) {
      const unit = this.queue.take();
      if (unit !== null) {
        this.encode(unit);
        continue;
      }
      if (this.state === "ending" && this.encoding.length === 0) this.endReasoning();
      break;
    }
    if (this.state !== "closed") this.ready.next(this.state === "open" && this.queue.hasRoom);
  }

  /**
   * A stream has one unit at vision, so that the oldest of what waits can still be dropped; and another one where
   * vision would have nothing to do from the report of the first to the arrival of the next.
   */
  private visionIsFree(): boolean {
    const ahead = this.queue.taken - (this.units.thought + 1);
    if (ahead >= visionLead(this.options.paradigm)) return false;
    return this.encoding.length === 0 || (this.encoding.length === 1 && this.context.unitsAtVision() === 1);
  }

  private encode(unit: AssembledUnit): void {
    if (this.options.paradigm === "batch" && unit.frames.unit >= BATCH_UNITS) {
      const message = `The batch paradigm keeps at most ${BATCH_UNITS} units before it thinks; use streamed for longer video.`;
      this.fail("batch_too_long", message);
      return;
    }
    this.encoding.push(unit);
    this.units.add(unit);
    this.context.toVision({ type: "unit", stream: this.id, unit: unit.frames });
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
