import type { Logger } from "pino";
import { ProtocolError } from "../../protocol/mod.ts";
import type { Problem, StreamRegistry } from "../../streams/mod.ts";
import type { Client } from "../auth/client.ts";
import type { Limits } from "../limits.ts";
import { QuestionBudget, type SharedQuestions } from "../question-budget.ts";
import type { Traffic } from "../traffic.ts";
import { MessageBudget } from "./message-gate.ts";
import { requireScope } from "./rights.ts";
import type { Seat } from "./seat.ts";
import { Session } from "./session.ts";
import type { Listener } from "./session-feed.ts";

/** The sessions that watch a stream of somebody else. Nothing is kept of them once their sockets are gone. */
export class Watchers {
  private readonly watching = new Set<Session>();

  constructor(
    private readonly streams: StreamRegistry,
    private readonly limits: Limits,
    private readonly questions: SharedQuestions,
    private readonly log: Logger,
    private readonly traffic: Traffic,
  ) {}

  /** How many watch, of all streams. */
  get size(): number {
    return this.watching.size;
  }

  /** How many watch a stream. */
  of(id: string): number {
    return [...this.watching].filter((session) => session.id === id).length;
  }

  /**
   * Opens a session that watches.
   *
   * @throws {ProtocolError} `forbidden`, `stream_not_found` or `too_many_watchers`
   */
  watch(id: string, client: Client): Seat {
    requireScope(client.grant, "watch", id);
    const stream = this.streams.get(id);
    if (stream === undefined)
      throw new ProtocolError(
        "stream_not_found",
        `There is no stream ${id}. It has ended, or its name is another one.`,
        { param: "stream" },
      );
    const { maxWatchers, maxQuestionsPerSecond } = this.limits;
    if (this.watching.size >= maxWatchers)
      throw new ProtocolError(
        "too_many_watchers",
        `${this.watching.size} clients watch, which is as many as this server allows. Try again later.`,
      );
    const questions = [new QuestionBudget(maxQuestionsPerSecond), this.questions.of(stream)];
    const session = new Session({
      stream,
      role: "watch",
      client,
      questions,
      log: this.log,
      traffic: this.traffic,
    });
    this.watching.add(session);
    return new WatchSeat(session, new MessageBudget(this.limits), () => this.watching.delete(session));
  }
}

class WatchSeat implements Seat {
  constructor(
    readonly session: Session,
    readonly budget: MessageBudget,
    private readonly onLeft: () => void,
  ) {}

  attach(listener: Listener, after: number | null): void {
    this.session.attach(listener, after);
  }

  heard(): void {
    // A client that watches may be silent.
  }

  lost(listener: Listener, problem?: Problem): void {
    if (problem) this.session.end("slow_reader", problem);
    this.left(listener);
  }

  left(_listener: Listener): void {
    this.session.detach();
    this.onLeft();
  }
}
