import type { Logger } from "pino";
import {
  type ClientMessage,
  type CloseReason,
  type ConnectedSession,
  decodeBinaryFrame,
  errorEvent,
  ProtocolError,
  parseClientMessage,
  type Scope,
  type SessionSettings,
} from "../../protocol/mod.ts";
import { type Problem, type StreamHandle, toProblem } from "../../streams/mod.ts";
import { type Client, requireQuestion } from "../auth/client.ts";
import type { QuestionBudget } from "../question-budget.ts";
import { idsOf } from "../stream-ids.ts";
import type { Traffic } from "../traffic.ts";
import { decodeBase64 } from "./base64.ts";
import { maySee, requireScope } from "./rights.ts";
import { type Listener, SessionFeed } from "./session-feed.ts";

export interface SessionOptions {
  readonly stream: StreamHandle;
  /** What the client may do, and what it may still cost together with others of the same token. */
  readonly client: Client;
  /** Default: `own`. */
  readonly role?: ConnectedSession["role"];
  /** How the client comes back; null, the default: it cannot. */
  readonly resume?: ConnectedSession["resume"];
  /** What the client may ask. Each question comes out of every budget. */
  readonly questions: readonly QuestionBudget[];
  readonly log: Logger;
  /** Counts what is refused. Default: nobody does. */
  readonly traffic?: Traffic;
}

/**
 * One client on one stream, which is its own or which it watches. The messages of the client become calls of the stream's
 * handle. The events of the client are those of the stream's log, and those for this client alone. A session knows no
 * sockets, and it does not decide how long its stream lives without one (see `Seat`).
 *
 * Nothing that a client sends makes it throw. A message that cannot be taken becomes an `error` event.
 *
 * @example
 * const questions = [new QuestionBudget(4)];
 * const session = new Session({ stream: registry.open(), client: ANYBODY, questions, log });
 * session.attach({ event: (event) => socket.send(encodeServerEvent(event)), ended: () => socket.close() }, null);
 * session.receiveBinary(jpeg);
 */
export class Session {
  readonly id: string;
  readonly stream: StreamHandle;
  readonly role: ConnectedSession["role"];
  private readonly resume: ConnectedSession["resume"];
  private readonly questions: readonly QuestionBudget[];
  private readonly log: Logger;
  private readonly traffic: Traffic | undefined;
  private readonly feed: SessionFeed;
  /** Answers under way that this client has asked for. */
  private readonly asked = new Set<string>();
  private current: Client;
  private statsIntervalMs: number;
  private hasBegun = false;
  private hasLeft = false;

  constructor(options: SessionOptions) {
    const { stream, client, role = "own", resume = null, questions, log } = options;
    this.id = stream.id;
    this.stream = stream;
    this.role = role;
    this.resume = resume;
    this.current = client;
    this.questions = questions;
    this.traffic = options.traffic;
    this.log = log.child({ ...idsOf(stream), role, token: client.grant.name });
    this.statsIntervalMs = stream.settings.stats_interval_ms;
    this.feed = new SessionFeed(stream, this.statsIntervalMs, (event) =>
      maySee(this.current.grant, event, this.id),
    );
  }

  /**
   * Gives a listener `session.created` or, when there was one before it, `session.resumed`, and then the events of the
   * stream. The one before it is told that it was replaced.
   *
   * @param after number of the last event of the log that the client has; null: none
   */
  attach(listener: Listener, after: number | null): void {
    const session = this.describe();
    const opening = this.hasBegun
      ? ({ type: "session.resumed", session } as const)
      : ({ type: "session.created", session } as const);
    this.hasBegun = true;
    this.feed.attach(listener, after, opening);
  }

  /** Gives nothing more to the listener, and does not tell it. */
  detach(): void {
    this.feed.detach();
  }

  /** Takes one text message. */
  receiveText(text: string): void {
    if (this.isOver) return;
    this.guard(null, () => {
      const message = parseClientMessage(text);
      this.guard(message.event_id ?? null, () => this.receive(message));
    });
  }

  /** Whether so much waits to be decoded that nothing more should be received for now. */
  get isFull(): boolean {
    return this.stream.input.isFull;
  }

  /**
   * Takes one binary message: a chunk while a container is open, else a picture, with or without a header. Its bytes
   * must not change afterwards.
   */
  receiveBinary(bytes: Uint8Array): void {
    if (this.isOver) return;
    this.guard(null, () => {
      if (this.stream.input.takesChunks) {
        this.requireFeeding();
        this.stream.input.pushChunk(bytes);
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
    if (!this.isOver) this.feed.say({ type: "session.going_away", time_left_ms: timeLeftMs });
  }

  /** Tells this client alone of a problem. */
  tell(problem: Problem): void {
    this.feed.say(errorEvent(problem));
  }

  /**
   * Ends at once, without finishing what waits: emits an `error` for the problem, if there is one, then `session.closed`.
   * The stream ends with it, unless the client only watches.
   */
  end(reason: CloseReason, problem?: Problem): void {
    if (this.isOver) return;
    if (problem) this.tell({ ...problem, fatal: true });
    if (this.role === "own") this.stream.close(reason);
    else this.leave(reason);
  }

  /** Whoever has the session now. */
  get client(): Client {
    return this.current;
  }

  /** Somebody else with the same token has the session from now on, who may be allowed less. */
  handOver(client: Client): void {
    this.current = client;
  }

  private get isOver(): boolean {
    return this.hasLeft || this.stream.state === "closed";
  }

  private describe(): ConnectedSession {
    const { role, resume, statsIntervalMs } = this;
    return { ...this.stream.describe(), stats_interval_ms: statsIntervalMs, role, resume };
  }

  private receive(message: ClientMessage): void {
    switch (message.type) {
      case "session.update":
        this.update(message.session);
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
        this.requireFeeding();
        this.stream.input.startVideo(message.mime);
        break;
      case "input_video.stop":
        this.requireFeeding();
        this.stream.input.stopVideo();
        break;
      case "conversation.item.create": {
        const question = message.item.content.map((part) => part.text).join(" ");
        this.ask(question, message.item.id, message.event_id);
        break;
      }
      case "response.cancel":
        this.cancel(message.response_id);
        break;
      case "session.close":
        if (this.role === "own") this.stream.end();
        else this.leave("completed");
        break;
    }
  }

  private update(change: SessionSettings): void {
    const { stats_interval_ms: interval = this.statsIntervalMs, ...others } = change;
    if (this.role === "own") {
      this.require("push");
      this.stream.update(change);
    } else {
      const foreign = Object.entries(others).find(([, value]) => value !== undefined)?.[0];
      if (foreign !== undefined)
        throw notYours(
          `The setting session.${foreign} belongs to the stream. Whoever watches may change session.stats_interval_ms only.`,
          `session.${foreign}`,
        );
    }
    this.statsIntervalMs = interval;
    this.feed.setStatsInterval(interval);
    if (this.role === "watch")
      this.feed.say({
        type: "session.updated",
        session: { ...this.stream.describe(), stats_interval_ms: interval },
      });
  }

  private push(image: Uint8Array, seq: number | null, captureTimeMs: number | null): void {
    this.requireFeeding();
    this.stream.input.push(image, {
      ...(this.current.allowance.takeFrame(performance.now()) ? {} : { overBudget: true }),
      ...(seq === null ? {} : { seq }),
      ...(captureTimeMs === null ? {} : { mediaTimeMs: captureTimeMs }),
    });
  }

  private ask(question: string, itemId: string | undefined, eventId: string | undefined): void {
    this.require("ask");
    // Before the question is read.
    for (const budget of this.questions) budget.spend();
    requireQuestion(this.current);
    // The first question fixes the settings, which only the owner may do.
    if (this.role === "watch" && this.stream.state === "created")
      throw notYours("The stream has not begun. Ask when its client has sent the first picture.");
    for (const answer of this.asked) if (!this.stream.isAnswering(answer)) this.asked.delete(answer);
    this.asked.add(this.stream.ask(question, { itemId, eventId }));
  }

  private cancel(answer: string | undefined): void {
    this.require("ask");
    if (answer === undefined) {
      for (const each of this.asked) this.stream.cancel(each);
      return;
    }
    if (this.role === "watch" && this.stream.isAnswering(answer) && !this.asked.has(answer))
      throw notYours(
        `Another client has asked for ${answer}. Whoever watches can stop only its own answers.`,
      );
    this.stream.cancel(answer);
  }

  /** A stream is fed by its own client alone. @throws {ProtocolError} `not_yours` or `forbidden` */
  private requireFeeding(): void {
    if (this.role === "watch")
      throw notYours("This client only watches, so its video is not taken. Open a session of your own.");
    this.require("push");
  }

  /** @throws {ProtocolError} `forbidden` */
  private require(scope: Scope): void {
    requireScope(this.current.grant, scope, this.id);
  }

  /** The client watches no longer. The stream goes on. */
  private leave(reason: CloseReason): void {
    this.hasLeft = true;
    this.feed.say(this.stream.farewell(reason));
    this.feed.end(reason);
  }

  /** Does what a message of the client asks for. When that throws, the client gets an `error` event. */
  private guard(clientEventId: string | null, work: () => void): void {
    try {
      work();
    } catch (thrown) {
      const problem = toProblem(thrown);
      if (problem.code === "internal_error") this.log.error({ err: thrown }, "a message failed");
      const event = errorEvent({ clientEventId, ...problem });
      this.traffic?.refused("message", problem.code);
      // The message may repeat what the client has sent.
      this.log.debug({ code: problem.code, param: problem.param }, "a message was refused");
      this.feed.say(event);
      if (event.error.fatal) this.end("failed");
    }
  }
}

function notYours(message: string, param: string | null = null): ProtocolError {
  return new ProtocolError("not_yours", message, { param });
}
