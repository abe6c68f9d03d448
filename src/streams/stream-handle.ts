import type { Observable } from "rxjs";
import {
  type Engine,
  EngineError,
  type EngineEvent,
  type EngineStream,
  type StreamOptions,
} from "../engine/mod.ts";
import { type DroppedFrame, type Frame, type Mask, PictureMask, type Zones } from "../ingest/mod.ts";
import {
  type CloseReason,
  errorEvent,
  ProtocolError,
  type RaisedAlert,
  type ServerEvent,
  type SessionObject,
  type SessionSettings,
  type SessionStats,
  type UnnumberedEvent,
} from "../protocol/mod.ts";
import type { EventLog, Numbered } from "./event-log.ts";
import { EventWriter, type FaultListener, memoryLog } from "./event-writer.ts";
import type { Latest } from "./latest-said.ts";
import type { StreamLimits } from "./limits.ts";
import { type Problem, toProblem } from "./problem.ts";
import { PushedInput } from "./pushed-input.ts";
import { LockableSettings, type StreamSettings } from "./settings.ts";
import type { InputGap, Intake, Source, SourceChange, SourceNotice, Stop } from "./sources/source.ts";
import type { StreamCounts } from "./stream-counters.ts";
import type { AskOptions, ListenedStream, StreamKind, StreamState } from "./stream-listener.ts";
import type { StreamStanding } from "./stream-past.ts";

export interface StreamHandleOptions {
  readonly id: string;
  /** Default: `session`. */
  readonly kind?: StreamKind;
  /** Number of its first event, where it goes on from an earlier stream of this name. Default: 0. */
  readonly firstEvent?: number;
  /** What an earlier stream of this name had counted, and summed up last. Default: nothing. */
  readonly counts?: StreamCounts | null;
  readonly recap?: string | null;
  /** What an earlier stream of this name had told last. Default: nothing. */
  readonly latest?: Latest;
  /** Belongs to the caller. */
  readonly engine: Engine;
  readonly limits: StreamLimits;
  /** Default: in memory, within the limits. */
  readonly log?: EventLog;
  /** Settings that differ from what the model was trained for. */
  readonly settings?: SessionSettings;
  /** Options of the engine's stream. They take precedence over the settings. */
  readonly engineOptions?: StreamOptions;
  /** The least longest side of the pictures that a source gives for snapshots (px). Default: what the model needs. */
  readonly pictureSide?: number;
  /** Parts of the picture that nobody may see: neither the model nor who asks for a picture. Default: none. */
  readonly mask?: Mask;
  /** Parts of the picture that have a name. They are kept here for others. Default: none. */
  readonly zones?: Zones;
  /** Called when the stream is closed, before its log ends. */
  readonly onClosed?: () => void;
  /** Called when the log did not keep an event, or the engine's stream did not close. Default: the error is thrown. */
  readonly onFault?: FaultListener;
}

/** Drops after which something may have been missed. The others leave out what is shown by the next frame, too. */
const MISSED: readonly DroppedFrame["reason"][] = ["busy", "decode_error"];

/**
 * One stream: a stream of the engine with a source, settings that a client may change, counters, and a log of its
 * events. It knows no sockets, and it goes on whether or not anybody listens.
 *
 * @example
 * const stream = new StreamHandle({ id: "session_0", engine, limits });
 * stream.log.from(null).subscribe((entry) => "event" in entry && console.log(entry.event));
 * stream.input.push(jpeg);
 * stream.ask("What is moving?");
 * stream.end();
 */
export class StreamHandle implements Intake, ListenedStream {
  readonly id: string;
  readonly kind: StreamKind;
  /** When it was opened (ms since 1970). */
  readonly createdAtMs = Date.now();
  /** All events of the stream, except those for one listener alone. `session.closed` is the last one. */
  readonly log: EventLog;
  /** What a client pushes into it. */
  readonly input: PushedInput;
  private readonly writer: EventWriter;
  private readonly lockableSettings: LockableSettings;
  private readonly answering = new Set<string>();
  private phase: StreamState = "created";
  private stream: EngineStream | null = null;
  private stopSource: Stop | null = null;
  private newest: Frame | null = null;
  private readonly mask: PictureMask;
  private outcome: "completed" | "going_away" | "failed" | null = null;
  private lastRecap: string | null;

  /** @throws {IngestError} `option_out_of_range` for a mask that is not valid; {ProtocolError} as `update` does */
  constructor(private readonly options: StreamHandleOptions) {
    const { id, engine, limits, kind = "session", firstEvent = 0, counts = null, recap = null } = options;
    this.id = id;
    this.lastRecap = recap;
    this.kind = kind;
    this.mask = new PictureMask(options.mask ?? []);
    this.log = options.log ?? memoryLog(limits, firstEvent);
    const onFault: FaultListener = (error, what) => this.fault(error, what);
    this.writer = new EventWriter(this.log, onFault, firstEvent, counts, options.latest);
    this.lockableSettings = new LockableSettings(engine.model, limits);
    if (options.settings) this.lockableSettings.update(options.settings);
    this.input = new PushedInput({
      limits,
      requireOpen: () => this.requireOpen(),
      hasSource: () => this.stopSource !== null,
      feed: (source) => this.feed(source),
      write: (event) => this.writer.write(event),
    });
  }

  /** The newest picture that was thought about or waits for it, for a snapshot; null before the first. */
  get newestFrame(): Frame | null {
    return this.newest;
  }

  /** Its counters as of now: the contents of `session.stats`. */
  get figures(): SessionStats {
    return this.writer.figures(this.stream);
  }

  /** Number of its next event. */
  get nextEvent(): number {
    return this.writer.next;
  }

  /** Where a later stream of this name goes on from. */
  get standing(): StreamStanding {
    return { nextEvent: this.nextEvent, counts: this.writer.counts, recap: this.lastRecap };
  }

  /** What the model has last summed up for itself, in its words; null: nothing. */
  get recap(): string | null {
    return this.lastRecap;
  }

  /** What it has told last. */
  get latest(): Latest {
    return this.writer.latest;
  }

  get state(): StreamState {
    return this.phase;
  }

  get settings(): StreamSettings {
    return this.lockableSettings.current;
  }

  get format(): Intake["format"] {
    const { width, height, input } = this.options.engine.model;
    const format = { width, height, fps: this.settings.fps };
    // Other models ask for no other size than their own.
    const isLarge = input.size === "dynamic" || input.format === "encoded";
    const { pictureSide = 0, mask = [] } = this.options;
    // A mask needs a picture that was not enlarged, see `PictureMask`.
    const ownSide = isLarge || mask.length > 0 ? Math.max(width, height) : 0;
    const largeSide = Math.max(ownSide, pictureSide);
    return largeSide > 0 ? { ...format, largeSide } : format;
  }

  /** Parts of the picture that have a name. */
  get zones(): Zones {
    return this.options.zones ?? {};
  }

  get ready$(): Observable<boolean> {
    return this.open().ready$;
  }

  get caughtUp$(): Observable<boolean> {
    return this.open().caughtUp$;
  }

  /** The stream as `session.created` and `session.updated` show it. */
  describe(): SessionObject {
    return this.lockableSettings.toSessionObject(this.id);
  }

  /**
   * Changes settings, all or none, and writes `session.updated`.
   *
   * @throws {ProtocolError} `session_closing`, `out_of_range`, `parameter_locked` or `unsupported_parameter`
   */
  update(change: SessionSettings): void {
    this.requireOpen();
    this.lockableSettings.update(change);
    this.writer.write({ type: "session.updated", session: this.describe() });
  }

  /**
   * Opens the engine's stream, if it is not open yet. From then on the settings are fixed.
   *
   * @throws {EngineError} as `Engine.openStream` does
   */
  open(): EngineStream {
    if (this.stream) return this.stream;
    const { engine, engineOptions } = this.options;
    const settings = this.lockableSettings.toStreamOptions();
    const stream = engine.openStream({ recap: this.lastRecap, ...settings, ...engineOptions });
    this.stream = stream;
    this.lockableSettings.lock();
    this.phase = "open";
    stream.events$.subscribe({
      next: (event) => this.take(event),
      complete: () => this.engineCompleted(),
    });
    return stream;
  }

  /**
   * Starts a source. A stream has one source at most.
   *
   * @throws {ProtocolError} `session_closing`
   * @throws {EngineError} as `open` does
   * @throws {Error} when the stream has a source already
   */
  feed(source: Source): void {
    this.requireOpen();
    if (this.stopSource)
      throw new Error(`The stream ${this.id} has a source already. Open another stream for this one.`);
    this.open();
    const stop = source.start(this);
    if (this.phase === "open") this.stopSource = stop;
    else stop("now");
  }

  /**
   * Asks a question. `response.created` is written at once, and the answer when it comes.
   *
   * @returns the id of the answer
   * @throws {ProtocolError} `session_closing`
   * @throws {EngineError} as `open` and `EngineStream.ask` do
   */
  ask(question: string, { when = "now", itemId, eventId }: AskOptions = {}): string {
    this.requireOpen();
    const answer = this.open().ask(question, when);
    this.answering.add(answer);
    this.writer.asked(answer, { question, itemId, eventId });
    return answer;
  }

  /** Stops an answer; without an id, every answer under way. Ids that are unknown or finished are ignored. */
  cancel(answer?: string): void {
    for (const each of answer === undefined ? [...this.answering] : [answer]) this.stream?.cancel(each);
  }

  /** Takes no more pictures and questions. What waits is thought about and answered, then the stream closes. */
  end(): void {
    if (this.phase === "ending" || this.phase === "closed") return;
    const { stream } = this;
    this.phase = "ending";
    if (stream === null) this.close("completed");
    else if (this.stopSource) this.stopSource("drain");
    else stream.end();
  }

  /**
   * Stops at once, without finishing what waits. With a reason it writes `session.stats` and `session.closed` first.
   */
  close(reason?: CloseReason): void {
    if (this.phase === "closed") return;
    this.phase = "closed";
    this.writer.close(reason, this.stream);
    this.options.onClosed?.();
    // Before the engine's stream is closed, because that may emit events.
    this.log.end();
    this.stopSource?.("now");
    this.stream?.close().catch((error: unknown) => this.fault(error, "The engine's stream did not close."));
  }

  /** Whether an answer is under way. */
  isAnswering(answer: string): boolean {
    return this.answering.has(answer);
  }

  /** Writes that an alert was raised, see `alert.raised`. After the end of the stream it is ignored. */
  raise(alert: RaisedAlert): void {
    if (this.phase !== "closed") this.writer.write({ type: "alert.raised", ...alert });
  }

  /** `session.stats` as of now, for one listener alone. It is not in the log. */
  stats(): UnnumberedEvent {
    return this.writer.stats(this.stream);
  }

  /** `session.closed` as of now, for one listener that leaves while the stream goes on. It is not in the log. */
  farewell(reason: CloseReason): UnnumberedEvent {
    return this.writer.farewell(reason, this.stream);
  }

  /** Numbers an event for one listener alone. It is not in the log. */
  numbered(event: UnnumberedEvent): Numbered<ServerEvent> {
    return this.writer.numbered(event);
  }

  // The rest of `Intake`, which the source calls.

  arrived(): void {
    this.writer.frameArrived();
  }

  see(frame: Frame): void {
    if (this.phase === "closed") return;
    // Every frame of every source comes through here, and nobody gets another one.
    const seen = this.mask.over(frame);
    this.newest = seen;
    try {
      this.open().push(seen);
    } catch (error) {
      if (!(error instanceof EngineError)) throw error;
      this.problem(toProblem(error));
    }
  }

  dropped(frame: DroppedFrame): void {
    if (MISSED.includes(frame.reason)) this.stream?.missed("frames_dropped", frame.mediaTimeMs);
    this.writer.engineEvent({ type: "frame.dropped", ...frame });
  }

  problem(problem: Problem): void {
    const event = errorEvent(problem);
    if (event.error.fatal) this.outcome = "failed";
    this.writer.write(event);
  }

  notice({ code, message, mediaTimeMs }: SourceNotice): void {
    this.writer.write({ type: "session.source", code, message, media_time_ms: mediaTimeMs });
  }

  changed({ state, message, mediaTimeMs }: SourceChange): void {
    this.writer.write({ type: "stream.state", state, message, media_time_ms: mediaTimeMs });
  }

  gap({ fromMs, toMs, reason, message }: InputGap): void {
    this.stream?.missed("gap", toMs);
    this.writer.write({ type: "input.gap", from_ms: fromMs, to_ms: toMs, reason, message });
  }

  ended(early?: "going_away"): void {
    if (this.phase === "closed") return;
    if (early) this.outcome ??= early;
    this.phase = "ending";
    this.stream?.end();
  }

  private requireOpen(): void {
    if (this.phase === "created" || this.phase === "open") return;
    throw new ProtocolError(
      "session_closing",
      "The session is closing and takes nothing more. Open a new session.",
    );
  }

  private take(event: EngineEvent): void {
    if (event.type === "answer.done") this.answering.delete(event.answer);
    if (event.type === "thought.recap") this.lastRecap = event.text;
    if (event.type === "stream.failed" && event.fatal) this.outcome = "failed";
    if (event.type === "stream.ended") this.outcome ??= "completed";
    this.writer.engineEvent(event);
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

  private fault(error: unknown, what: string): void {
    if (this.options.onFault === undefined) throw error;
    this.options.onFault(error, what);
  }
}
