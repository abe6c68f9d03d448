import type { Observable } from "rxjs";
import {
  type Engine,
  EngineError,
  type EngineEvent,
  type EngineStream,
  type StreamOptions,
} from "../engine/mod.ts";
import type { DroppedFrame, Frame, ImageStamp } from "../ingest/mod.ts";
import {
  type CloseReason,
  EngineEventMapping,
  errorEvent,
  ProtocolError,
  type ServerEvent,
  type SessionObject,
  type SessionSettings,
  sessionClosed,
  type UnnumberedEvent,
} from "../protocol/mod.ts";
import type { EventLog, Numbered } from "./event-log.ts";
import { EventWriter, type FaultListener, memoryLog } from "./event-writer.ts";
import type { StreamLimits } from "./limits.ts";
import { type Problem, toProblem } from "./problem.ts";
import {
  defaultSettings,
  type StreamSettings,
  toSessionObject,
  toStreamOptions,
  updatedSettings,
} from "./settings.ts";
import { PushedImages } from "./sources/pushed-images.ts";
import type { Intake, Source, Stop } from "./sources/source.ts";
import { StreamCounters } from "./stream-counters.ts";

export interface StreamHandleOptions {
  readonly id: string;
  readonly engine: Engine;
  readonly limits: StreamLimits;
  /** Default: in memory, within the limits. */
  readonly log?: EventLog;
  /** Options of the engine that no setting has, or that go before the settings. */
  readonly engineOptions?: StreamOptions;
  /** Is told when the stream is closed, before its log ends. */
  readonly onClosed?: () => void;
  /** Is told when the log did not keep an event or the engine's stream did not close. Default: it is thrown. */
  readonly onFault?: FaultListener;
}

/**
 * `created`: settings may change. `open`: the first frame or question has come, or a source has begun; the engine's
 * stream is open. `ending`: nothing more is taken, what waits is thought about. `closed`: the log has ended.
 */
export type StreamState = "created" | "open" | "ending" | "closed";

/** How a question is asked, and what its asker calls it. */
export interface AskOptions {
  /** `now`, the default, or once the stream has ended and all of it has been thought about. */
  readonly when?: "now" | "end";
  /** `item.id` of the question. */
  readonly itemId?: string | undefined;
  /** `event_id` of the message that asks. */
  readonly eventId?: string | undefined;
}

/**
 * One stream of the engine, with its settings, its counters and the log of what it says. It knows no sockets and does
 * not mind whether anybody listens.
 *
 * @example
 * const stream = new StreamHandle({ id: "session_0", engine, limits });
 * stream.log.from(null).subscribe((entry) => "event" in entry && console.log(entry.event));
 * stream.push(jpeg);
 * stream.ask("What is moving?");
 * stream.end();
 */
export class StreamHandle implements Intake {
  readonly id: string;
  /** Responses, drops, scenes, problems and changed settings; `session.stats` and `session.closed` at the end. */
  readonly log: EventLog;
  private readonly writer: EventWriter;
  private readonly counters = new StreamCounters(performance.now());
  private readonly mapping = new EngineEventMapping();
  private readonly answering = new Set<string>();
  private current: StreamSettings;
  private phase: StreamState = "created";
  private stream: EngineStream | null = null;
  private images: PushedImages | null = null;
  private stopSource: Stop | null = null;
  private outcome: "completed" | "failed" | null = null;

  constructor(private readonly options: StreamHandleOptions) {
    const { id, engine, limits } = options;
    this.id = id;
    this.log = options.log ?? memoryLog(limits);
    this.writer = new EventWriter(this.log, (error, what) => this.fault(error, what));
    this.current = defaultSettings(engine.model, limits);
  }

  get state(): StreamState {
    return this.phase;
  }

  get settings(): StreamSettings {
    return this.current;
  }

  get format(): Intake["format"] {
    const { width, height, input } = this.options.engine.model;
    const format = { width, height, fps: this.current.fps };
    // Pixels of exactly this size are all that other models ever ask for.
    const isLarge = input.size === "dynamic" || input.format === "encoded";
    return isLarge ? { ...format, largeSide: Math.max(width, height) } : format;
  }

  get ready$(): Observable<boolean> {
    return this.open().ready$;
  }

  /** The stream as a client sees it. */
  describe(): SessionObject {
    const { engine, limits } = this.options;
    return toSessionObject(this.id, this.current, engine.model, limits);
  }

  /**
   * Changes settings, all or none, and says `session.updated`.
   *
   * @throws {ProtocolError} `session_closing`, `out_of_range`, `parameter_locked` or `unsupported_parameter`
   */
  update(change: SessionSettings): void {
    this.requireOpen();
    const { engine, limits } = this.options;
    this.current = updatedSettings(this.current, change, engine.model, limits, this.stream !== null);
    this.say({ type: "session.updated", session: this.describe() });
  }

  /**
   * Opens the engine's stream, if it is not open yet; from then on its settings are fixed.
   *
   * @throws {EngineError} as `Engine.openStream` does
   */
  open(): EngineStream {
    if (this.stream) return this.stream;
    const { engine, engineOptions } = this.options;
    const stream = engine.openStream({ ...toStreamOptions(this.current), ...engineOptions });
    this.stream = stream;
    this.phase = "open";
    stream.events$.subscribe({
      next: (event) => this.take(event),
      complete: () => this.engineCompleted(),
    });
    return stream;
  }

  /**
   * Takes one encoded picture, arrived now; its bytes must not change afterwards. What is wrong with it is told in the
   * log, and the stream goes on.
   *
   * @throws {ProtocolError} `session_closing`
   * @throws {EngineError} as `open` does
   */
  push(image: Uint8Array, stamp: ImageStamp = {}): void {
    this.requireOpen();
    if (this.images === null) {
      const { maxFrameBytes, maxFramePixels } = this.options.limits;
      const images = new PushedImages({ maxBytes: maxFrameBytes, maxPixels: maxFramePixels });
      this.feed(images);
      this.images = images;
    }
    this.images.push(image, stamp);
  }

  /**
   * Starts a source: a stream is fed by one.
   *
   * @throws {ProtocolError} `session_closing`
   * @throws {EngineError} as `open` does
   * @throws {Error} when something feeds it already
   */
  feed(source: Source): void {
    this.requireOpen();
    if (this.stopSource) throw new Error(`The stream ${this.id} has a source already.`);
    this.open();
    const stop = source.start(this);
    if (this.phase === "open") this.stopSource = stop;
    else stop("now");
  }

  /**
   * Asks; `response.created` comes at once, and the answer when it is there, under the returned id.
   *
   * @throws {ProtocolError} `session_closing`
   * @throws {EngineError} as `open` and `EngineStream.ask` do
   */
  ask(question: string, { when = "now", itemId, eventId }: AskOptions = {}): string {
    this.requireOpen();
    const answer = this.open().ask(question, when);
    this.answering.add(answer);
    for (const event of this.mapping.asked(answer, { question, itemId, eventId })) this.say(event);
    return answer;
  }

  /** Stops an answer, or every answer under way; unknown and finished ones are left alone. */
  cancel(answer?: string): void {
    for (const each of answer === undefined ? [...this.answering] : [answer]) this.stream?.cancel(each);
  }

  /** No more pictures and questions: what waits is thought about and answered, then the stream closes. */
  end(): void {
    if (this.phase === "ending" || this.phase === "closed") return;
    const { stream } = this;
    this.phase = "ending";
    if (stream === null) this.close("completed");
    else if (this.stopSource) this.stopSource("drain");
    else stream.end();
  }

  /** Stops at once, without finishing what waits. With a reason it says `session.stats` and `session.closed` first. */
  close(reason?: CloseReason): void {
    if (this.phase === "closed") return;
    // First, so that a listener who closes it at one of the last two events changes nothing.
    this.phase = "closed";
    if (reason !== undefined) {
      this.writer.write(this.statsEvent());
      this.writer.write(sessionClosed(reason, this.counters.totals(this.stream?.totals)));
    }
    this.options.onClosed?.();
    // Before the engine's stream is closed, which may have something to say of it.
    this.log.end();
    this.stopSource?.("now");
    this.stream?.close().catch((error: unknown) => this.fault(error, "The engine's stream did not close."));
  }

  /** How the stream is doing, for one listener. */
  stats(): Numbered<ServerEvent> {
    return this.numbered(this.statsEvent());
  }

  /** Numbers an event that is for one listener alone: it does not get into the log. */
  numbered(event: UnnumberedEvent): Numbered<ServerEvent> {
    return this.writer.numbered(event);
  }

  arrived(): void {
    this.counters.frameArrived(performance.now());
  }

  see(frame: Frame): void {
    if (this.phase === "closed") return;
    try {
      this.open().push(frame);
    } catch (error) {
      if (!(error instanceof EngineError)) throw error;
      this.problem(toProblem(error));
    }
  }

  dropped(frame: DroppedFrame): void {
    this.take({ type: "frame.dropped", ...frame });
  }

  problem(problem: Problem): void {
    const event = errorEvent(problem);
    if (event.error.fatal) this.outcome = "failed";
    this.say(event);
  }

  ended(): void {
    if (this.phase === "closed") return;
    this.phase = "ending";
    this.stream?.end();
  }

  private requireOpen(): void {
    if (this.phase === "created" || this.phase === "open") return;
    throw new ProtocolError("session_closing", "Nothing is taken after session.close. Open a new session.");
  }

  /** Takes what the engine, or what is before it, has to say. */
  private take(event: EngineEvent): void {
    this.counters.engineEvent(event, performance.now());
    if (event.type === "answer.done") this.answering.delete(event.answer);
    if (event.type === "stream.failed" && event.fatal) this.outcome = "failed";
    if (event.type === "stream.ended") this.outcome ??= "completed";
    for (const mapped of this.mapping.map(event)) this.say(mapped);
  }

  private engineCompleted(): void {
    if (this.phase === "closed") return;
    if (this.outcome === null) {
      this.problem({
        code: "engine_closed",
        message: "The engine was shut down. Connect again later.",
        fatal: true,
      });
    }
    this.close(this.outcome ?? "failed");
  }

  private say(event: UnnumberedEvent): void {
    if (this.phase !== "closed") this.writer.write(event);
  }

  private statsEvent(): UnnumberedEvent {
    return { type: "session.stats", stats: this.counters.stats(performance.now()) };
  }

  private fault(error: unknown, what: string): void {
    if (this.options.onFault === undefined) throw error;
    this.options.onFault(error, what);
  }
}
