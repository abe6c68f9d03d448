import type { Logger } from "pino";
import { type Observable, Subject } from "rxjs";
import type { StreamTotals } from "../engine/events.ts";
import type { Engine } from "../engine/types.ts";
import {
  type ClientMessage,
  type CloseReason,
  decodeBinaryFrame,
  EngineEventMapping,
  type ErrorEvent,
  errorEvent,
  eventIds,
  ProtocolError,
  parseClientMessage,
  type ServerEvent,
  sessionClosed,
} from "../protocol/mod.ts";
import { type Problem, toProblem } from "./problem.ts";
import {
  defaultConfig,
  type IntakeLimits,
  type SessionConfig,
  toSessionObject,
  toStreamOptions,
  updatedConfig,
} from "./session-config.ts";
import { SessionCounters } from "./session-counters.ts";
import { WatchedStream } from "./watched-stream.ts";

export interface SessionOptions {
  readonly id: string;
  readonly engine: Engine;
  readonly limits: IntakeLimits;
  readonly log: Logger;
}

/**
 * `created`: settings may change. `watching`: the first frame or question has come, the engine's stream is open.
 * `closing`: nothing more is taken, what waits is thought about. `closed`: `events$` has completed.
 */
export type SessionState = "created" | "watching" | "closing" | "closed";

/**
 * One client on one stream of the engine: its messages in, protocol events out. Knows no sockets.
 *
 * Nothing that a client sends makes it throw: what cannot be taken becomes an `error` event.
 *
 * @example
 * const session = new Session({ id: "session_0", engine, limits, log });
 * session.events$.subscribe({ next: (event) => socket.send(encodeServerEvent(event)), complete: () => socket.close() });
 * session.start();
 * session.receiveBinary(jpeg);
 */
export class Session {
  readonly id: string;
  /** Hot; `session.created` first, `session.closed` last, then it completes. Never errors. */
  readonly events$: Observable<ServerEvent>;

  readonly #events = new Subject<ServerEvent>();
  readonly #engine: Engine;
  readonly #limits: IntakeLimits;
  readonly #log: Logger;
  readonly #nextEventId = eventIds();
  readonly #mapping = new EngineEventMapping(this.#nextEventId);
  readonly #counters = new SessionCounters(performance.now());
  readonly #answering = new Set<string>();
  readonly #idle: NodeJS.Timeout;
  #config: SessionConfig;
  #stats: NodeJS.Timeout | null = null;
  #watched: WatchedStream | null = null;
  #state: SessionState = "created";

  constructor({ id, engine, limits, log }: SessionOptions) {
    this.id = id;
    this.#engine = engine;
    this.#limits = limits;
    this.#log = log.child({ session: id });
    this.#config = defaultConfig(engine.model, limits);
    this.events$ = this.#events.asObservable();
    this.#idle = setTimeout(() => this.#endIdle(), limits.idleTimeoutMs).unref();
  }

  get state(): SessionState {
    return this.#state;
  }

  /** Says `session.created`; call it once, when somebody listens. */
  start(): void {
    this.#emit({ type: "session.created", event_id: this.#nextEventId(), session: this.#describe() });
    this.#restartStats();
  }

  /** Takes one text message. */
  receiveText(text: string): void {
    if (this.#state === "closed") return;
    this.#noteActivity();
    this.#guard(null, () => {
      const message = parseClientMessage(text);
      this.#guard(message.event_id ?? null, () => this.#receive(message));
    });
  }

  /** Takes one binary message, a picture with or without a header; its bytes must not change afterwards. */
  receiveBinary(bytes: Uint8Array): void {
    if (this.#state === "closed") return;
    this.#noteActivity();
    this.#guard(null, () => {
      const { image, seq, captureTimeMs } = decodeBinaryFrame(bytes);
      this.#takeFrame(image, seq ?? undefined, captureTimeMs ?? undefined);
    });
  }

  /** Says that the session will be ended in so many ms; a client may finish until then with `session.close`. */
  goAway(timeLeftMs: number): void {
    this.#emit({ type: "session.going_away", event_id: this.#nextEventId(), time_left_ms: timeLeftMs });
  }

  /** Ends at once, without finishing what waits: an `error` where there is one, then `session.closed`. */
  end(reason: Exclude<CloseReason, "completed">, problem?: Problem): void {
    if (this.#state === "closed") return;
    if (problem) this.#emitProblem({ ...problem, fatal: true });
    this.#finish(reason);
  }

  /** The client is gone: closes the engine's stream; says nothing more. */
  abandon(): void {
    if (this.#state === "closed") return;
    this.#release();
    this.#events.complete();
  }

  #receive(message: ClientMessage): void {
    switch (message.type) {
      case "session.update":
        this.#requireOpen();
        this.#config = updatedConfig(
          this.#config,
          message.session,
          this.#engine.model,
          this.#limits,
          this.#watched !== null,
        );
        this.#emit({ type: "session.updated", event_id: this.#nextEventId(), session: this.#describe() });
        this.#restartStats();
        break;
      case "input_video_frame.append": {
        const base64 = message.image.slice(message.image.indexOf(",") + 1);
        this.#takeFrame(Buffer.from(base64, "base64"), message.seq, message.capture_time_ms);
        break;
      }
      case "conversation.item.create": {
        this.#requireOpen();
        const question = message.item.content.map((part) => part.text).join(" ");
        const answer = this.#watch().ask(question);
        this.#answering.add(answer);
        const asked = { question, itemId: message.item.id, eventId: message.event_id };
        for (const event of this.#mapping.asked(answer, asked)) this.#emit(event);
        break;
      }
      case "response.cancel":
        for (const answer of message.response_id === undefined ? this.#answering : [message.response_id]) {
          this.#watched?.cancel(answer);
        }
        break;
      case "session.close":
        if (this.#state === "closing") break;
        this.#state = "closing";
        clearTimeout(this.#idle);
        if (this.#watched) this.#watched.end();
        else this.#finish("completed");
        break;
    }
  }

  #takeFrame(image: Uint8Array, seq: number | undefined, captureTimeMs: number | undefined): void {
    this.#requireOpen();
    const watched = this.#watch();
    this.#counters.frameArrived(performance.now());
    watched.push(image, seq, captureTimeMs);
  }

  #requireOpen(): void {
    if (this.#state === "closing") {
      throw new ProtocolError("session_closing", "nothing is taken after session.close: open a new session");
    }
  }

  /** The stream, opened at the first frame or question, because its settings cannot change later. */
  #watch(): WatchedStream {
    if (this.#watched) return this.#watched;
    const { model } = this.#engine;
    const watched = new WatchedStream(this.#engine.openStream(toStreamOptions(this.#config)), {
      width: model.width,
      height: model.height,
      fps: this.#config.fps,
      maxBytes: this.#limits.maxFrameBytes,
      maxPixels: this.#limits.maxFramePixels,
    });
    this.#watched = watched;
    this.#state = "watching";
    watched.events$.subscribe({
      next: (event) => {
        this.#counters.engineEvent(event, performance.now());
        if (event.type === "answer.done") this.#answering.delete(event.answer);
        if (event.type === "stream.ended") return;
        for (const mapped of this.#mapping.map(event)) this.#emit(mapped);
      },
      complete: () => this.#streamCompleted(watched.outcome),
    });
    watched.problems$.subscribe((problem) => this.#emitProblem(problem));
    return watched;
  }

  #streamCompleted(outcome: WatchedStream["outcome"]): void {
    if (outcome === "ended") this.#finish("completed");
    else if (outcome === "failed") this.#finish("failed");
    else
      this.end("failed", { code: "engine_closed", message: "the engine was shut down: connect again later" });
  }

  /** Runs what a client's message asks for; what goes wrong is told to the client. */
  #guard(clientEventId: string | null, work: () => void): void {
    try {
      work();
    } catch (thrown) {
      const problem = toProblem(thrown);
      if (problem.code === "internal_error") this.#log.error({ err: thrown }, "a message failed");
      const { error } = this.#emitProblem({ clientEventId, ...problem });
      if (error.fatal) this.#finish("failed");
    }
  }

  #emitProblem(problem: Problem): ErrorEvent {
    const event = errorEvent(this.#nextEventId(), problem);
    this.#emit(event);
    return event;
  }

  /** While closing the session waits for the engine, not for the client; and `refresh` revives a cleared timeout. */
  #noteActivity(): void {
    if (this.#state !== "closing") this.#idle.refresh();
  }

  #endIdle(): void {
    const message = `nothing came from the client for ${this.#limits.idleTimeoutMs} ms`;
    this.end("idle_timeout", { code: "idle_timeout", message });
  }

  #finish(reason: CloseReason): void {
    if (this.#state === "closed") return;
    this.#emitStats();
    this.#emit(sessionClosed(this.#nextEventId(), reason, this.#totals()));
    this.#release();
    this.#events.complete();
  }

  #release(): void {
    this.#state = "closed";
    clearTimeout(this.#idle);
    clearInterval(this.#stats ?? undefined);
    this.#watched
      ?.close()
      .catch((err: unknown) => this.#log.error({ err }, "the engine's stream did not close"));
  }

  /** Frames are counted here, because those that were dropped before the engine are unknown to it. */
  #totals(): StreamTotals {
    const { framesIn, framesDropped } = this.#counters;
    return { ...(this.#watched?.totals ?? NOTHING), framesIn, framesDropped };
  }

  #describe() {
    return toSessionObject(this.id, this.#config, this.#engine.model, this.#limits);
  }

  #restartStats(): void {
    clearInterval(this.#stats ?? undefined);
    this.#stats = setInterval(() => this.#emitStats(), this.#config.stats_interval_ms).unref();
  }

  #emitStats(): void {
    const stats = this.#counters.snapshot(performance.now());
    this.#emit({ type: "session.stats", event_id: this.#nextEventId(), stats });
  }

  #emit(event: ServerEvent): void {
    if (this.#state !== "closed") this.#events.next(event);
  }
}

const NOTHING: StreamTotals = {
  framesIn: 0,
  framesDropped: 0,
  units: 0,
  thoughts: 0,
  skips: 0,
  answers: 0,
  reasoningTokens: 0,
  visualUnitsEvicted: 0,
  textTokensEvicted: 0,
};
