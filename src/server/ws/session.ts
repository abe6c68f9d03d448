import type { Logger } from "pino";
import { type Observable, Subject } from "rxjs";
import { EngineError } from "../../engine/mod.ts";
import { TokenBucket } from "../../ingest/mod.ts";
import {
  type ClientMessage,
  type CloseReason,
  decodeBinaryFrame,
  errorEvent,
  ProtocolError,
  parseClientMessage,
  type ServerEvent,
  type UnnumberedEvent,
} from "../../protocol/mod.ts";
import { type Gap, type Problem, type Sink, type StreamHandle, toProblem } from "../../streams/mod.ts";
import type { Client } from "../auth/client.ts";
import { maySee, requireScope } from "./rights.ts";

export interface SessionOptions {
  /** The stream of this session alone; it is closed with the session. */
  readonly stream: StreamHandle;
  /** What the client may do. */
  readonly grant: Client["grant"];
  /** What it may still cost, together with others of the same token. */
  readonly allowance: Client["allowance"];
  /** How long the client may send nothing before the session ends (ms). */
  readonly idleTimeoutMs: number;
  /** Most questions a second, apart from a burst. */
  readonly maxQuestionsPerSecond: number;
  readonly log: Logger;
}

/** Most questions at once after a pause, and those of a new session, because connecting again must gain nothing. */
const QUESTION_BURST = { most: 32, start: 8 } as const;

/**
 * One client on one stream. The messages of the client become calls of the stream's handle. The events of the client
 * are those of the stream's log, and those for this client alone. A session knows no sockets.
 *
 * Nothing that a client sends makes it throw. A message that cannot be taken becomes an `error` event.
 *
 * @example
 * const { grant, allowance } = client;
 * const session = new Session({ stream: registry.open(), grant, allowance, idleTimeoutMs: 60_000, log });
 * session.events$.subscribe((event) => socket.send(encodeServerEvent(event)));
 * session.start();
 * session.receiveBinary(jpeg);
 */
export class Session {
  readonly id: string;
  /**
   * The events for the client. Hot; `session.created` first, `session.closed` last, then it completes. Never errors.
   */
  readonly events$: Observable<ServerEvent>;

  private readonly events = new Subject<ServerEvent>();
  private readonly stream: StreamHandle;
  private readonly grant: Client["grant"];
  private readonly allowance: Client["allowance"];
  private readonly idleTimeoutMs: number;
  private readonly log: Logger;
  private readonly questions: TokenBucket;
  private readonly idle: NodeJS.Timeout;
  private stats: NodeJS.Timeout | null = null;
  private readonly sink: Sink = ({ event }) => {
    if (maySee(this.grant, event, this.id)) this.events.next(event);
  };

  constructor({ stream, grant, allowance, idleTimeoutMs, maxQuestionsPerSecond, log }: SessionOptions) {
    this.grant = grant;
    this.allowance = allowance;
    this.questions = new TokenBucket({ perSecond: maxQuestionsPerSecond, ...QUESTION_BURST });
    this.id = stream.id;
    this.stream = stream;
    this.idleTimeoutMs = idleTimeoutMs;
    this.log = log.child({ session: this.id });
    this.events$ = this.events.asObservable();
    this.idle = setTimeout(() => this.endIdle(), idleTimeoutMs).unref();
  }

  /** Emits `session.created` and then the events of the stream. Call it once, after subscribing to `events$`. */
  start(): void {
    this.emit({ type: "session.created", session: this.stream.describe() });
    this.restartStats();
    this.stream.log.from(this.stream.log.newest).subscribe({
      next: (entry) => ("event" in entry ? this.sink(entry) : this.missed(entry)),
      complete: () => this.completed(),
    });
  }

  /** Takes one text message. */
  receiveText(text: string): void {
    if (this.isClosed) return;
    this.idle.refresh();
    this.guard(null, () => {
      const message = parseClientMessage(text);
      this.guard(message.event_id ?? null, () => this.receive(message));
    });
  }

  /** Whether so much waits to be decoded that nothing more should be received for now. */
  get isFull(): boolean {
    return this.stream.isFull;
  }

  /**
   * Takes one binary message: a chunk while a container is open, else a picture, with or without a header. Its bytes
   * must not change afterwards.
   */
  receiveBinary(bytes: Uint8Array): void {
    if (this.isClosed) return;
    this.idle.refresh();
    this.guard(null, () => {
      if (this.stream.takesChunks) {
        requireScope(this.grant, "push", this.id);
        this.stream.pushChunk(bytes);
        return;
      }
      const { image, seq, captureTimeMs } = decodeBinaryFrame(bytes);
      this.push(image, seq, captureTimeMs);
    });
  }

  /**
   * Announces that the session will be ended after this time (ms). Until then the client may finish with
   * `session.close`.
   */
  goAway(timeLeftMs: number): void {
    if (!this.isClosed) this.emit({ type: "session.going_away", time_left_ms: timeLeftMs });
  }

  /**
   * Ends at once, without finishing what waits: emits an `error` for the problem, if there is one, then
   * `session.closed`.
   */
  end(reason: Exclude<CloseReason, "completed">, problem?: Problem): void {
    if (this.isClosed) return;
    if (problem) this.emit(errorEvent({ ...problem, fatal: true }));
    this.stream.close(reason);
  }

  /** The client is gone: closes the stream and emits nothing more. */
  abandon(): void {
    this.completed();
    this.stream.close();
  }

  private get isClosed(): boolean {
    return this.stream.state === "closed";
  }

  private receive(message: ClientMessage): void {
    switch (message.type) {
      case "session.update":
        requireScope(this.grant, "push", this.id);
        this.stream.update(message.session);
        this.restartStats();
        break;
      case "input_video_frame.append": {
        const { image } = message;
        this.push(
          decodeBase64(image.startsWith("data:") ? image.slice(image.indexOf(",") + 1) : image),
          message.seq ?? null,
          message.capture_time_ms ?? null,
        );
        break;
      }
      case "input_video.start":
        requireScope(this.grant, "push", this.id);
        this.stream.startVideo(message.mime);
        break;
      case "input_video.stop":
        requireScope(this.grant, "push", this.id);
        this.stream.stopVideo();
        break;
      case "conversation.item.create": {
        this.requireQuestion();
        const question = message.item.content.map((part) => part.text).join(" ");
        this.stream.ask(question, { itemId: message.item.id, eventId: message.event_id });
        break;
      }
      case "response.cancel":
        requireScope(this.grant, "ask", this.id);
        this.stream.cancel(message.response_id);
        break;
      case "session.close":
        clearTimeout(this.idle);
        this.stream.end();
        break;
    }
  }

  /**
   * @throws {ProtocolError} `forbidden`
   * @throws {EngineError} `too_many_questions`, before the question is read
   */
  private requireQuestion(): void {
    requireScope(this.grant, "ask", this.id);
    const nowMs = performance.now();
    if (this.questions.waitMs(nowMs) > 0)
      throw new EngineError(
        "too_many_questions",
        "Questions came faster than they are taken. Ask more slowly.",
      );
    if (!this.allowance.takeQuestion(nowMs))
      throw new EngineError(
        "too_many_questions",
        `The token ${this.grant.name} has asked as many questions a minute as it may. Ask more slowly.`,
      );
    this.questions.spend(1, nowMs);
  }

  private push(image: Uint8Array, seq: number | null, captureTimeMs: number | null): void {
    requireScope(this.grant, "push", this.id);
    this.stream.push(image, {
      ...(this.allowance.takeFrame(performance.now()) ? {} : { overBudget: true }),
      ...(seq === null ? {} : { seq }),
      ...(captureTimeMs === null ? {} : { mediaTimeMs: captureTimeMs }),
    });
  }

  /** Does what a message of the client asks for. When that throws, the client gets an `error` event. */
  private guard(clientEventId: string | null, work: () => void): void {
    try {
      work();
    } catch (thrown) {
      const problem = toProblem(thrown);
      if (problem.code === "internal_error") this.log.error({ err: thrown }, "a message failed");
      const event = errorEvent({ clientEventId, ...problem });
      this.emit(event);
      if (event.error.fatal) this.stream.close("failed");
    }
  }

  private endIdle(): void {
    const message = `The client sent nothing for ${this.idleTimeoutMs} ms. Connect again when there is video.`;
    this.end("idle_timeout", { code: "idle_timeout", message });
  }

  /** Emits an event for this client alone. */
  private emit(event: UnnumberedEvent): void {
    this.sink(this.stream.numbered(event));
  }

  private missed(gap: Gap): void {
    this.log.warn(gap, "events were gone from the log before this client got them");
  }

  private completed(): void {
    clearTimeout(this.idle);
    clearInterval(this.stats ?? undefined);
    this.events.complete();
  }

  private restartStats(): void {
    clearInterval(this.stats ?? undefined);
    this.stats = setInterval(
      () => this.sink(this.stream.stats()),
      this.stream.settings.stats_interval_ms,
    ).unref();
  }
}

/**
 * Decodes base64. The decoder leaves out what is none, so the length shows it.
 *
 * @throws {ProtocolError} `invalid_value`
 */
function decodeBase64(text: string): Buffer {
  const bytes = Buffer.from(text, "base64");
  const padding = text.endsWith("==") ? 2 : text.endsWith("=") ? 1 : 0;
  const chars = text.length - padding;
  // One character more than a multiple of four stands for no byte.
  if (chars % 4 !== 1 && bytes.length === Math.floor((chars * 3) / 4)) return bytes;
  const message = "The field image of input_video_frame.append is wrong. It must be base64.";
  throw new ProtocolError("invalid_value", message, { param: "image" });
}
