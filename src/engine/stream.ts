import { BehaviorSubject, distinctUntilChanged, type Observable, Subject } from "rxjs";
import type { Frame } from "../ingest/mod.ts";
import type { Backend, BackendReport, BackendStream, TaskDone, Unit, UnitSeenReport } from "./backend.ts";
import { CacheGauge, type StreamCaches } from "./cache-gauge.ts";
import { ContractBreach, EngineError, type EngineErrorCode } from "./errors.ts";
import type { EngineEvent, StreamTotals } from "./events.ts";
import { FrameQueue } from "./frame-queue.ts";
import { Overlooked } from "./overlooked.ts";
import { BATCH_UNITS, mostUnfinished } from "./paradigm.ts";
import { PendingQuestions } from "./pending-questions.ts";
import { PendingThoughts } from "./pending-thoughts.ts";
import { type PendingUnit, PendingUnits } from "./pending-units.ts";
import { ReorderBuffer } from "./reorder-buffer.ts";
import { SceneLog } from "./scene-log.ts";
import { type ResolvedStreamOptions, toBackendOptions } from "./stream-options.ts";
import { TotalsCounter } from "./stream-totals.ts";
import type { EngineStream } from "./types.ts";

/** What a stream needs from its engine. */
export interface StreamContext {
  readonly backend: Backend;
  /** Units, of all streams together, that the backend has been given and has not seen yet. */
  unseenUnits(): number;
  /** Called when the stream has ended, failed or been closed, so that the engine can forget it. */
  gone(id: string): void;
}

/** One stream on a backend: gives it the next unit when the paradigm allows that, and turns its reports into events. */
export class Stream implements EngineStream {
  readonly events$: Observable<EngineEvent>;
  readonly ready$: Observable<boolean>;
  readonly caughtUp$: Observable<boolean>;
  private readonly events = new Subject<EngineEvent>();
  private readonly ready = new BehaviorSubject(true);
  private readonly caughtUp = new BehaviorSubject(true);
  private readonly backend: BackendStream;
  private readonly queue: FrameQueue;
  private readonly units = new PendingUnits();
  private readonly thoughts: PendingThoughts;
  private readonly questions: PendingQuestions;
  private readonly counter: TotalsCounter;
  private readonly gauge: CacheGauge;
  private readonly scenes = new SceneLog();
  private readonly overlooked = new Overlooked();
  private readonly order = new ReorderBuffer();
  private newestMediaTimeMs = Number.NEGATIVE_INFINITY;
  /** `ending`: no more frames are taken. `ended`: the backend has been told how many units there are. */
  private state: "open" | "ending" | "ended" | "closed" = "open";
  private closed: Promise<void> | null = null;

  constructor(
    readonly id: string,
    private readonly options: ResolvedStreamOptions,
    private readonly context: StreamContext,
  ) {
    const { model } = context.backend;
    this.events$ = this.events.asObservable();
    this.ready$ = this.ready.pipe(distinctUntilChanged());
    this.caughtUp$ = this.caughtUp.pipe(distinctUntilChanged());
    this.thoughts = new PendingThoughts(id);
    this.questions = new PendingQuestions(id);
    this.counter = new TotalsCounter(options.visualWindowUnits + model.sinkUnits);
    this.gauge = new CacheGauge({ sinkUnits: model.sinkUnits, windowTokens: options.textWindowTokens });
    this.queue = new FrameQueue(model.framesPerUnit, options.maxInflightFrames, (frame) => this.drop(frame));
    this.backend = context.backend.open(id, toBackendOptions(options), (report) => this.receive(report));
  }

  get totals(): StreamTotals {
    return this.counter.totals;
  }

  get caches(): StreamCaches {
    return this.gauge.caches;
  }

  /** Units of this stream that the backend has been given and has not seen yet. */
  get unseenUnits(): number {
    return this.units.unseen;
  }

  push(frame: Frame): void {
    if (this.state !== "open") throw closedError();
    const { mediaTimeMs } = frame;
    if (!(Number.isFinite(mediaTimeMs) && mediaTimeMs >= this.newestMediaTimeMs)) {
      throw new EngineError(
        "frame_time",
        `A frame's media time is ${mediaTimeMs} ms. It must be a number, and not earlier than that of the newest frame (${this.newestMediaTimeMs} ms).`,
      );
    }
    this.counter.counts.framesIn++;
    this.newestMediaTimeMs = mediaTimeMs;
    this.queue.push(frame);
    this.pump();
  }

  missed(reason: "frames_dropped" | "gap", mediaTimeMs: number): void {
    this.overlooked.note(reason, mediaTimeMs);
  }

  ask(question: string, when: "now" | "end" = "now"): string {
    if (this.state === "closed") throw closedError();
    return this.questions.take(question, (answer, text) => this.backend.ask(answer, text, when));
  }

  cancel(answer: string): boolean {
    if (!this.questions.has(answer)) return false;
    this.backend.cancel(answer);
    return true;
  }

  end(): void {
    if (this.state !== "open") return;
    this.state = "ending";
    this.queue.complete();
    this.pump();
  }

  async close(): Promise<void> {
    if (this.state !== "closed") this.finish();
    await this.closed;
    this.context.gone(this.id);
  }

  /** Ends the stream with an error; nothing follows. */
  fail(code: EngineErrorCode, message: string): void {
    if (this.state === "closed") return;
    this.events.next({ type: "stream.failed", code, message, fatal: true });
    this.finish();
    this.context.gone(this.id);
  }

  private receive(report: BackendReport): void {
    if (this.state === "closed") return;
    try {
      this.requireGiven(report);
      if (report.type === "seen") this.seen(report);
      else for (const next of this.order.take(report)) this.emitFor(next);
    } catch (error) {
      if (!(error instanceof ContractBreach)) throw error;
      this.fail("worker_failed", error.message);
    }
  }

  /**
   * A report about a unit is held back until the unit is seen. About a unit that was never given, it would wait for
   * ever.
   */
  private requireGiven(report: BackendReport): void {
    if ("unit" in report && report.unit >= this.units.count)
      throw new ContractBreach(
        `${report.type} was reported about unit ${report.unit}, which the backend was not given`,
      );
  }

  private seen(report: UnitSeenReport): void {
    const { unit, still, scene, startedAtMs, finishedAtMs, evictedUnits } = report;
    const seen = this.units.seen(unit);
    if (seen === null)
      throw new ContractBreach(`unit ${unit} was reported as seen, and it was not the next one`);
    const { mediaTimeMs } = seen;
    const changed = this.scenes.take(scene, unit, mediaTimeMs);
    const unfamiliar = this.scenes.unfamiliarAt(unit);
    if (unfamiliar) this.overlooked.note("unfamiliar", mediaTimeMs);
    this.counter.seen(unfamiliar, evictedUnits);
    this.gauge.seen(report);
    const encoded = { startedAtMs, finishedAtMs };
    if (changed !== null) this.events.next(changed);
    this.events.next({ type: "unit.seen", ...seen, still, unfamiliar, encoded });
    for (const held of this.order.unitSeen(unit)) this.emitFor(held);
    this.pump();
  }

  /** Emits the event that a report becomes, where it becomes one. */
  private emitFor(report: BackendReport): void {
    if (this.state === "closed") return;
    switch (report.type) {
      case "task.started":
        this.events.next(this.thoughts.started(report, this.thinkable(report.unit)));
        break;
      case "task.token":
        if (this.thoughts.has(report.task)) this.events.next(this.thoughts.token(report));
        else if (this.questions.has(report.task)) this.events.next(this.questions.delta(report));
        else throw unknownTask(report.task);
        break;
      case "task.done":
        this.taskDone(report);
        break;
      case "unit.done":
        this.thoughts.unitDone(report.unit);
        if (!this.units.done(report.unit))
          throw new ContractBreach(`unit ${report.unit} was reported as done, and it was not the next one`);
        this.counter.unitDone(report.evictedTokens);
        this.gauge.unitDone(report);
        this.emitEvictions(false);
        this.pump();
        break;
      case "recap":
        this.events.next({ type: "thought.recap", unit: report.unit, text: report.text });
        break;
      case "availability":
        this.events.next({
          type: "availability.changed",
          available: report.available,
          message: report.message,
          mediaTimeMs: Math.max(-1, this.newestMediaTimeMs),
        });
        break;
      case "failed":
        this.fail("worker_failed", report.message);
        break;
      case "ended":
        this.ended();
    }
  }

  private taskDone(report: TaskDone): void {
    const unfamiliar = this.scenes.unfamiliarAt(report.unit);
    if (this.thoughts.has(report.task)) {
      const done = this.thoughts.done(report, this.newestMediaTimeMs, unfamiliar);
      this.counter.thought(done.skipped, done.tokens);
      if (report.overlooked) this.overlooked.note(report.overlooked, done.mediaTimeMs);
      this.events.next(done);
    } else if (this.questions.has(report.task)) {
      const done = this.questions.done(report, unfamiliar, this.overlooked);
      this.counter.counts.answers++;
      this.events.next(done);
    } else {
      throw unknownTask(report.task);
    }
  }

  private ended(): void {
    if (this.state !== "ended" || this.units.unfinished > 0) {
      throw new ContractBreach("the stream was reported as ended before all of it was thought about");
    }
    for (const late of this.questions.tooLate()) this.events.next(late);
    this.emitEvictions(true);
    this.events.next({ type: "stream.ended", totals: this.totals });
    this.finish();
    this.context.gone(this.id);
  }

  private thinkable(unit: number): PendingUnit {
    const about = this.units.thinkable(unit);
    if (about === null)
      throw new ContractBreach(`a thought began about unit ${unit}, which is not to be thought about`);
    return about;
  }

  /** Gives the backend the units that it can take, and updates `ready$` and `caughtUp$`. */
  private pump(): void {
    while (this.state !== "closed" && this.backendIsFree()) {
      const unit = this.queue.take();
      if (unit !== null) {
        this.give(unit);
        continue;
      }
      if (this.state === "ending" && this.units.unseen === 0) {
        this.state = "ended";
        this.backend.end(this.units.count);
      }
      break;
    }
    if (this.state === "closed") return;
    this.ready.next(this.state === "open" && this.queue.hasRoom);
    // Last, because whoever waits for it may push the next frame at once.
    this.caughtUp.next(!this.queue.hasUnit && this.unitsToThinkAbout === 0);
  }

  /** Units that the backend has and works on now. In the batch paradigm it thinks when the stream has ended. */
  private get unitsToThinkAbout(): number {
    return this.options.paradigm === "batch" ? this.units.unseen : this.units.unfinished;
  }

  /**
   * Usually a stream gives one unit at a time, so that the oldest frames that wait can still be dropped. It gives a
   * second one when no other stream has a unit to be seen: the backend would have nothing to do between the report
   * about the first and the arrival of the second.
   */
  private backendIsFree(): boolean {
    const { unseen, unfinished } = this.units;
    if (unfinished >= mostUnfinished(this.options)) return false;
    return unseen === 0 || (unseen === 1 && this.context.unseenUnits() === 1);
  }

  private give(unit: Unit): void {
    if (this.options.paradigm === "batch" && unit.unit >= BATCH_UNITS) {
      const message = `The batch paradigm keeps at most ${BATCH_UNITS} units before it thinks. Use streamed for longer video.`;
      this.fail("batch_too_long", message);
      return;
    }
    this.units.add(unit);
    this.backend.see(unit);
  }

  private drop(frame: Frame): void {
    this.counter.counts.framesDropped++;
    const { seq, mediaTimeMs } = frame;
    this.missed("frames_dropped", mediaTimeMs);
    this.events.next({ type: "frame.dropped", seq, mediaTimeMs, reason: "busy" });
  }

  private emitEvictions(last: boolean): void {
    const evicted = this.counter.evictions(last);
    if (evicted !== null) this.events.next(evicted);
  }

  private finish(): void {
    this.state = "closed";
    this.closed = this.backend.close();
    this.ready.next(false);
    this.ready.complete();
    this.events.complete();
    this.caughtUp.complete();
  }
}

function closedError(): EngineError {
  return new EngineError("stream_closed", "The stream has ended. Open another one.");
}

function unknownTask(task: string): ContractBreach {
  return new ContractBreach(`a report was about task ${task}, which is unknown or has ended`);
}
