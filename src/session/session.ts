import type { Logger } from "pino";
import type { Observable } from "rxjs";
import type { Engine } from "../engine/types.ts";
import {
  type ClientMessage,
  type CloseReason,
  decodeBinaryFrame,
  ProtocolError,
  parseClientMessage,
  type ServerEvent,
} from "../protocol/mod.ts";
import { Outbox } from "./outbox.ts";
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

  private readonly outbox = new Outbox();
  private readonly engine: Engine;
  private readonly limits: IntakeLimits;
  private readonly log: Logger;
  private readonly counters = new SessionCounters(performance.now());
  private readonly answering = new Set<string>();
  private readonly idle: NodeJS.Timeout;
  private config: SessionConfig;
  private stats: NodeJS.Timeout | null = null;
  private watched: WatchedStream | null = null;
  private phase: SessionState = "created";

  constructor({ id, engine, limits, log }: SessionOptions) {
    this.id = id;
    this.engine = engine;
    this.limits = limits;
    this.log = log.child({ session: id });
    this.config = defaultConfig(engine.model, limits);
    this.events$ = this.outbox.events$;
    this.idle = setTimeout(() => this.endIdle(), limits.idleTimeoutMs).unref();
  }

  get state(): SessionState {
    return this.phase;
  }

  /** Says `session.created`; call it once, when somebody listens. */
  start(): void {
    this.outbox.session("session.created", this.describe());
    this.restartStats();
  }

  /** Takes one text message. */
  receiveText(text: string): void {
    if (this.phase === "closed") return;
    this.idle.refresh();
    this.guard(null, () => {
      const message = parseClientMessage(text);
      this.guard(message.event_id ?? null, () => this.receive(message));
    });
  }

  /** Takes one binary message, a picture with or without a header; its bytes must not change afterwards. */
  receiveBinary(bytes: Uint8Array): void {
    if (this.phase === "closed") return;
    this.idle.refresh();
    this.guard(null, () => {
      const { image, seq, captureTimeMs } = decodeBinaryFrame(bytes);
      this.takeFrame(image, seq ?? undefined, captureTimeMs ?? undefined);
    });
  }

  /** Says that the session will be ended in so many ms; a client may finish until then with `session.close`. */
  goAway(timeLeftMs: number): void {
    if (this.phase !== "closed") this.outbox.goingAway(timeLeftMs);
  }

  /** Ends at once, without finishing what waits: an `error` where there is one, then `session.closed`. */
  end(reason: Exclude<CloseReason, "completed">, problem?: Problem): void {
    if (this.phase === "closed") return;
    if (problem) this.outbox.problem({ ...problem, fatal: true });
    this.finish(reason);
  }

  /** The client is gone: closes the engine's stream; says nothing more. */
  abandon(): void {
    if (this.phase !== "closed") this.release();
  }

  private receive(message: ClientMessage): void {
    switch (message.type) {
      case "session.update":
        this.requireOpen();
        this.config = updatedConfig(
          this.config,
          message.session,
          this.engine.model,
          this.limits,
          this.watched !== null,
        );
        this.outbox.session("session.updated", this.describe());
        this.restartStats();
        break;
      case "input_video_frame.append": {
        const base64 = message.image.slice(message.image.indexOf(",") + 1);
        this.takeFrame(Buffer.from(base64, "base64"), message.seq, message.capture_time_ms);
        break;
      }
      case "conversation.item.create": {
        this.requireOpen();
        const question = message.item.content.map((part) => part.text).join(" ");
        const answer = this.watch().ask(question);
        this.answering.add(answer);
        this.outbox.asked(answer, { question, itemId: message.item.id, eventId: message.event_id });
        break;
      }
      case "response.cancel":
        for (const answer of message.response_id === undefined ? this.answering : [message.response_id]) {
          this.watched?.cancel(answer);
        }
        break;
      case "session.close":
        if (this.phase === "closing") break;
        this.phase = "closing";
        clearTimeout(this.idle);
        if (this.watched) this.watched.end();
        else this.finish("completed");
        break;
    }
  }

  private takeFrame(image: Uint8Array, seq: number | undefined, captureTimeMs: number | undefined): void {
    this.requireOpen();
    const watched = this.watch();
    this.counters.frameArrived(performance.now());
    watched.push(image, seq, captureTimeMs);
  }

  private requireOpen(): void {
    if (this.phase === "closing") {
      throw new ProtocolError("session_closing", "nothing is taken after session.close: open a new session");
    }
  }

  /** The stream, opened at the first frame or question, because its settings cannot change later. */
  private watch(): WatchedStream {
    if (this.watched) return this.watched;
    const { model } = this.engine;
    const watched = new WatchedStream(this.engine.openStream(toStreamOptions(this.config)), {
      width: model.width,
      height: model.height,
      fps: this.config.fps,
      maxBytes: this.limits.maxFrameBytes,
      maxPixels: this.limits.maxFramePixels,
    });
    this.watched = watched;
    this.phase = "watching";
    watched.events$.subscribe({
      next: (event) => {
        this.counters.engineEvent(event, performance.now());
        if (event.type === "answer.done") this.answering.delete(event.answer);
        // Its totals lack what was dropped before the engine: `session.closed` is said with the session's own.
        if (event.type !== "stream.ended") this.outbox.engine(event);
      },
      complete: () => this.streamCompleted(watched.outcome),
    });
    watched.problems$.subscribe((problem) => this.outbox.problem(problem));
    return watched;
  }

  private streamCompleted(outcome: WatchedStream["outcome"]): void {
    if (outcome === "ended") this.finish("completed");
    else if (outcome === "failed") this.finish("failed");
    else
      this.end("failed", { code: "engine_closed", message: "the engine was shut down: connect again later" });
  }

  /** Runs what a client's message asks for; what goes wrong is told to the client. */
  private guard(clientEventId: string | null, work: () => void): void {
    try {
      work();
    } catch (thrown) {
      const problem = toProblem(thrown);
      if (problem.code === "internal_error") this.log.error({ err: thrown }, "a message failed");
      const { error } = this.outbox.problem({ clientEventId, ...problem });
      if (error.fatal) this.finish("failed");
    }
  }

  private endIdle(): void {
    const message = `nothing came from the client for ${this.limits.idleTimeoutMs} ms`;
    this.end("idle_timeout", { code: "idle_timeout", message });
  }

  private finish(reason: CloseReason): void {
    if (this.phase === "closed") return;
    this.emitStats();
    this.outbox.closed(reason, this.counters.totals(this.watched?.totals));
    this.release();
  }

  private release(): void {
    this.phase = "closed";
    // Before the stream is closed, which may have something to say of it.
    this.outbox.complete();
    clearTimeout(this.idle);
    clearInterval(this.stats ?? undefined);
    this.watched
      ?.close()
      .catch((err: unknown) => this.log.error({ err }, "the engine's stream did not close"));
  }

  private describe() {
    return toSessionObject(this.id, this.config, this.engine.model, this.limits);
  }

  private restartStats(): void {
    clearInterval(this.stats ?? undefined);
    this.stats = setInterval(() => this.emitStats(), this.config.stats_interval_ms).unref();
  }

  private emitStats(): void {
    this.outbox.stats(this.counters.snapshot(performance.now()));
  }
}
