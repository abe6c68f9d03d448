import type { ClientMessage, SessionSettings } from "../../../src/protocol/client-messages.ts";
import type { ServerEvent, ServerEventOf } from "../../../src/protocol/server-events.ts";
import type { ConnectedSession, SessionObject } from "../../../src/protocol/session-object.ts";
import { Emitter } from "../emitter.ts";
import { ClientError } from "../errors.ts";
import { EventQueue } from "../event-queue.ts";
import { type ConnectionState, Line } from "../server/line.ts";
import type { ServerAddress } from "../server/server-address.ts";
import type { Answer } from "./answer.ts";
import { type FrameCounts, FrameQueue, type Picture } from "./frame-queue.ts";
import { ECHO, Questions } from "./questions.ts";
import type { SessionEnd, SessionHears, SessionOptions } from "./session-options.ts";
import { Settings } from "./settings.ts";

const MOST_EVENTS = 10_000;

/** `event_id` of `session.close`. */
const CLOSING = "closing";

const OWN: ReadonlySet<string | null> = new Set([CLOSING, ECHO]);

/** Begins to open a session. Users do it with `connect` and `ThinkalongClient`. */
export let openSession: (server: ServerAddress, options: SessionOptions) => Session;

/**
 * One client of a server: its own session, or one that watches a stream. It outlives its connections: when one is lost, it
 * connects again and goes on behind the last event, so that nothing is said twice. What is missing all the same is told by
 * `session.gap`. When its session is gone from the server, another one begins, with `session.created`.
 *
 * @example
 * ```ts
 * const session = await connect("http://127.0.0.1:8080", { stream: "door" });
 * session.on("alert.raised", ({ message }) => console.log(message));
 * for await (const event of session)
 *   if (event.type === "response.reasoning_text.done" && !event.skipped) console.log(event.text);
 * ```
 */
export class Session implements AsyncIterable<ServerEvent> {
  /** Resolves when it is over. It never rejects. */
  readonly closed: Promise<SessionEnd>;
  private readonly line: Line;
  private readonly questions: Questions;
  private readonly settings: Settings;
  private readonly queue: FrameQueue;
  private readonly emitter = new Emitter<SessionHears>();
  private readonly loops = new Set<EventQueue<ServerEvent>>();
  private readonly inbox: ServerEvent[] = [];
  private current: ConnectedSession | null = null;
  private lastId: string | null;
  private resume: string | null = null;
  private end: ServerEventOf<"session.closed"> | null = null;
  private isClosing = false;
  private isHeld = false;
  private resolveClosed!: (end: SessionEnd) => void;

  /** `connect` and `ThinkalongClient` open sessions. */
  private constructor(
    server: ServerAddress,
    private readonly options: SessionOptions,
  ) {
    this.lastId = options.after ?? null;
    this.closed = new Promise((resolve) => {
      this.resolveClosed = resolve;
    });
    const send = (message: object) => this.line.send(message);
    this.questions = new Questions(send);
    this.settings = new Settings(options.settings ?? {}, send);
    this.line = new Line(
      server,
      {
        query: () => this.query(),
        event: (event) => this.receive(event),
        lost: () => this.lost(),
        state: (state) => this.changed(state),
      },
      options.retry,
    );
    this.queue = new FrameQueue(this.line, (skipped) => this.emitter.emit("skipped", skipped));
    // Whoever has made it can listen first.
    queueMicrotask(() => this.line.dial());
  }

  static {
    openSession = (server, options) => new Session(server, options);
  }

  /** The session with its model, limits and settings; null before the first connection. */
  get info(): ConnectedSession | null {
    return this.current;
  }

  /** What its connection does. */
  get state(): ConnectionState {
    return this.line.state;
  }

  /** Pictures that were sent, were not sent, and wait. */
  get frames(): FrameCounts {
    return this.queue.counts;
  }

  /**
   * Listens. An error that the handler throws is told as one that nobody catches; the other handlers are called all the same.
   *
   * @returns what ends the listening
   * @example const off = session.on("session.stats", ({ stats }) => console.log(stats.fps_in));
   */
  on<Name extends keyof SessionHears>(name: Name, handler: (value: SessionHears[Name]) => void): () => void {
    return this.emitter.on(name, handler);
  }

  /**
   * The events from now on, until the session is over.
   *
   * @throws {ClientError} why it is over, when that was not wanted; `too_slow`, when too many events wait
   */
  [Symbol.asyncIterator](): AsyncIterableIterator<ServerEvent> {
    const loop: EventQueue<ServerEvent> = new EventQueue(this.options.mostWaitingEvents ?? MOST_EVENTS, () =>
      this.loops.delete(loop),
    );
    if (this.state.phase === "closed") loop.end();
    else this.loops.add(loop);
    return loop;
  }

  /**
   * Asks a question. Without a connection it is asked as soon as there is one. `signal` stops the answer.
   *
   * @throws {ClientError} `session_ended`, or `too_many_questions` when 32 wait for a connection; the signal's reason, when it
   *   is aborted already
   * @example const { text } = await session.ask("how many cars have left?").whole;
   */
  ask(question: string, { signal }: { readonly signal?: AbortSignal } = {}): Answer {
    this.requireOpen();
    return this.questions.ask(question, signal);
  }

  /**
   * Sends a picture. While the network is behind, pictures wait, at most `max_inflight`; then the oldest is dropped, counted
   * (`frames.skipped`) and told (`on("skipped", …)`). The same happens while there is no connection.
   *
   * @param mediaTimeMs when it was captured, in the stream's own time (ms); it must not go backwards. Default: now, counted
   *   from the first picture
   * @throws {ClientError} `not_yours`, when this client only watches; `session_ended`
   * @example session.sendFrame(await readFile("frame.jpg"), { mediaTimeMs: 250 });
   */
  sendFrame(picture: Picture, { mediaTimeMs }: { readonly mediaTimeMs?: number } = {}): void {
    this.requireOwn();
    this.queue.push(picture, mediaTimeMs);
  }

  /**
   * Sends a message, or a chunk of a container, as it is, unless there is no connection. What has a method of its own here
   * needs this not.
   *
   * @returns whether it was sent
   * @example session.send({ type: "input_video.start", mime: "video/webm" });
   */
  send(message: ClientMessage | Picture): boolean {
    if (message instanceof Blob) return this.line.sendData(message);
    if (message instanceof ArrayBuffer) return this.line.sendData(new Uint8Array(message));
    if (message instanceof Uint8Array) return this.line.sendData(message as Uint8Array<ArrayBuffer>);
    return this.line.send(message);
  }

  /** Bytes that were given to the network and are not sent yet. */
  get bufferedBytes(): number {
    return this.line.bufferedBytes;
  }

  /**
   * Changes settings. They are kept for a session that begins anew.
   *
   * @returns the session with its settings as they are then
   * @throws {ClientError} why they were refused, such as `parameter_locked`; `connection_lost`
   * @example await session.update({ stats_interval_ms: 5000 });
   */
  update(settings: SessionSettings): Promise<SessionObject> {
    return this.settings.change(settings);
  }

  /**
   * Ends the session, and waits for what is still to be thought and answered. Of a watched stream, it ends the watching.
   * Without a connection it ends at once.
   *
   * @example const { totals } = await session.close();
   */
  close(): Promise<SessionEnd> {
    if (this.line.isOpen) {
      this.queue.flushAll();
      this.sayClose();
    } else this.leave();
    return this.closed;
  }

  /** Ends the session at once, without what is still to come. */
  leave(): void {
    this.line.stop();
  }

  private query(): Record<string, string> {
    const after: Record<string, string> = this.lastId === null ? {} : { after: this.lastId };
    const { stream, name } = this.options;
    if (stream !== undefined) return { stream, ...after };
    if (this.resume !== null) return { resume: this.resume, ...after };
    return name === undefined ? {} : { name };
  }

  /** What comes right behind the first event waits until whoever opened the session has had its turn to listen. */
  private receive(event: ServerEvent): void {
    this.inbox.push(event);
    if (this.isHeld) return;
    if (this.current === null && event.type === "session.created") {
      this.deliver();
      this.isHeld = true;
      setTimeout(() => {
        this.isHeld = false;
        this.deliver();
      });
    } else this.deliver();
  }

  private deliver(): void {
    for (let event = this.inbox.shift(); event !== undefined; event = this.inbox.shift()) this.take(event);
  }

  private take(event: ServerEvent): void {
    if (!this.isValid(event)) return;
    this.lastId = event.event_id;
    if (event.type === "session.created" || event.type === "session.resumed") this.greeted(event);
    if (event.type === "session.updated" && this.current)
      this.current = { ...this.current, ...event.session };
    if (event.type === "session.closed") this.end = event;
    this.questions.take(event);
    // Answers to what the library has sent by itself, and needed no more than that.
    if (event.type === "error" && OWN.has(event.error.event_id)) return;
    this.settings.take(event, this.current?.role ?? "own");
    this.emitter.emit(event.type, event as never);
    this.emitter.emit("event", event);
    for (const loop of [...this.loops]) loop.push(event);
  }

  private isValid(event: ServerEvent): boolean {
    try {
      this.options.validate?.(event);
      return true;
    } catch (cause) {
      this.line.stop(new ClientError("bad_answer", `The event ${event.event_id} is not valid.`, { cause }));
      return false;
    }
  }

  private greeted({ type, session }: ServerEventOf<"session.created" | "session.resumed">): void {
    const isNew = type === "session.created" && session.role === "own";
    this.current = session;
    this.resume = session.resume?.token ?? null;
    this.end = null;
    if (isNew) {
      this.settings.begin();
      this.queue.begin(session.limits);
    }
    this.questions.connected();
    if (this.isClosing) this.sayClose();
    else this.queue.flush();
  }

  private sayClose(): void {
    this.isClosing = true;
    this.line.send({ type: "session.close", event_id: CLOSING });
  }

  /** The session is gone from the server. A stream that is watched has its events still, by their ids. */
  private lost(): void {
    if (this.options.stream !== undefined) return;
    this.resume = null;
    this.lastId = null;
    this.questions.lose(
      new ClientError(
        "session_lost",
        "The session was lost with its answers. Another one begins; ask again.",
      ),
      false,
    );
    if (this.isClosing) this.line.stop();
  }

  private changed(state: ConnectionState): void {
    if (state.phase === "waiting") this.settings.lose();
    if (state.phase === "closed") this.finish(state.error);
    this.emitter.emit("state", state);
  }

  private finish(error: ClientError | null): void {
    this.isHeld = false;
    this.deliver();
    this.queue.clear();
    this.settings.lose();
    this.questions.lose(
      error ?? new ClientError("session_ended", "The session ended before the answer."),
      true,
    );
    for (const loop of [...this.loops]) {
      if (error) loop.fail(error);
      else loop.end();
    }
    this.loops.clear();
    this.resolveClosed({ reason: this.end?.reason ?? null, totals: this.end?.totals ?? null, error });
  }

  private requireOpen(): void {
    if (this.state.phase !== "closed") return;
    throw new ClientError("session_ended", "The session is over. Open another one.");
  }

  private requireOwn(): void {
    this.requireOpen();
    if (this.options.stream === undefined) return;
    throw new ClientError(
      "not_yours",
      `This client watches ${this.options.stream}, so it can send no pictures. Connect without stream for a session of your own.`,
    );
  }
}
