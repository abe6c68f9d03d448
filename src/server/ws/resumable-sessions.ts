import type { Logger } from "pino";
import { ProtocolError } from "../../protocol/mod.ts";
import type { StreamHandle, StreamRegistry } from "../../streams/mod.ts";
import type { Client } from "../auth/client.ts";
import type { Limits } from "../limits.ts";
import { QuestionBudget } from "../question-budget.ts";
import { idsOf } from "../stream-ids.ts";
import type { Traffic } from "../traffic.ts";
import { HeldSeat, type SeatKeeper } from "./held-seat.ts";
import { isResumeToken, keyOf, newResumeToken } from "./resume-token.ts";
import type { Seat } from "./seat.ts";
import { Session } from "./session.ts";

/**
 * The sessions that own their streams, those included whose clients are away. It opens them, gives them back to their
 * clients, and ends those that wait when their places are needed.
 *
 * @example
 * const sessions = new ResumableSessions(streams, limits, log, traffic);
 * const seat = sessions.open(client);
 * seat.attach(socket, null);
 * seat.lost(socket);
 * sessions.resume(token, client).attach(nextSocket, 61);
 */
export class ResumableSessions implements SeatKeeper {
  private readonly byKey = new Map<string, HeldSeat>();
  private readonly keys = new WeakMap<HeldSeat, string>();
  /** Those without a client, the one first that waits longest. */
  private readonly waiting = new Set<HeldSeat>();
  private isClosing = false;

  constructor(
    private readonly streams: StreamRegistry,
    private readonly limits: Limits,
    private readonly log: Logger,
    private readonly traffic: Traffic,
  ) {}

  get mayWait(): boolean {
    return this.limits.resumeWindowMs > 0 && !this.isClosing;
  }

  /** How many wait for their clients. */
  get away(): number {
    return this.waiting.size;
  }

  /** Whether no other session can be opened, not even in place of one that waits for its client. */
  get isFull(): boolean {
    return this.streams.isFull && this.longestAway(false) === undefined;
  }

  /**
   * Opens a session with a stream of its own. When there is no place, on the server or for the token, it gets that of the
   * session whose client has been away longest. A name that a session of the same token has, whose client is away, becomes
   * free.
   *
   * @param name of its stream; null: the server gives it one
   * @throws {ProtocolError} `too_many_sessions` or `stream_exists`
   */
  open(client: Client, name: string | null): Seat {
    const stream = this.openStream(client, name);
    const { maxQuestionsPerSecond, resumeWindowMs } = this.limits;
    const token = resumeWindowMs > 0 ? newResumeToken() : null;
    const session = new Session({
      stream,
      client,
      resume: token === null ? null : { token, window_ms: resumeWindowMs },
      questions: [new QuestionBudget(maxQuestionsPerSecond)],
      log: this.log,
      traffic: this.traffic,
    });
    const seat = new HeldSeat(session, this, this.limits);
    if (token !== null) this.keep(seat, keyOf(token));
    return seat;
  }

  /**
   * The session of a token, which now belongs to this client. It must have come with the same token of the server.
   *
   * @throws {ProtocolError} `resume_failed`
   */
  resume(token: string, client: Client): Seat {
    const seat = isResumeToken(token) ? this.byKey.get(keyOf(token)) : undefined;
    if (seat === undefined || seat.session.client.grant.name !== client.grant.name)
      throw new ProtocolError(
        "resume_failed",
        "There is no session to go on with: the token is wrong, or the session has ended. Open a new one, without resume.",
        { param: "resume" },
      );
    seat.session.handOver(client);
    return seat;
  }

  /** Ends the sessions that wait for clients whose token has expired, was withdrawn or allows other things now. */
  endLost(): void {
    for (const seat of this.waiting) {
      const lost = seat.session.client.lost();
      if (lost !== null) seat.giveUp(lost.code === "forbidden" ? "forbidden" : "unauthorized");
    }
  }

  /** Ends the sessions that wait for their clients. From now on none waits. */
  close(): void {
    this.isClosing = true;
    for (const seat of this.waiting) seat.giveUp("going_away");
  }

  waits(seat: HeldSeat): void {
    this.waiting.add(seat);
    this.log.info(
      { ...idsOf(seat.session.stream), windowMs: this.limits.resumeWindowMs },
      "session waits for its client",
    );
  }

  returned(seat: HeldSeat): void {
    this.waiting.delete(seat);
  }

  over(seat: HeldSeat): void {
    this.waiting.delete(seat);
    this.byKey.delete(this.keys.get(seat) ?? "");
  }

  private openStream({ grant, allowance }: Client, name: string | null): StreamHandle {
    const isSameToken = ({ session }: HeldSeat) => session.client.grant.name === grant.name;
    if (name !== null) this.makeRoom((seat) => isSameToken(seat) && seat.session.id === name);
    const leave = allowance.enter() ?? (this.makeRoom(isSameToken) ? allowance.enter() : null);
    if (leave === null)
      throw new ProtocolError(
        "too_many_sessions",
        `The token ${grant.name} has as many sessions as it may. End one, or try again later.`,
      );
    try {
      if (this.streams.isFull) this.makeRoom();
      return this.streams.open({ ...(name !== null && { id: name }), onClosed: leave });
    } catch (error) {
      leave();
      throw error;
    }
  }

  /** Ends the session that has waited longest. Returns whether there was one. */
  private makeRoom(isWanted: (seat: HeldSeat) => boolean = () => true): boolean {
    const seat = this.longestAway(false, isWanted);
    if (seat === undefined) return false;
    this.log.info(
      idsOf(seat.session.stream),
      "session was ended for another one, because its client is away",
    );
    seat.giveUp("not_resumed");
    return true;
  }

  private keep(seat: HeldSeat, key: string): void {
    // What has ended takes no place of a stream, but some memory.
    if (this.byKey.size >= 2 * this.limits.maxSessions) this.longestAway(true)?.giveUp("not_resumed");
    this.byKey.set(key, seat);
    this.keys.set(seat, key);
  }

  private longestAway(
    hasEnded: boolean,
    isWanted: (seat: HeldSeat) => boolean = () => true,
  ): HeldSeat | undefined {
    return [...this.waiting].find((seat) => seat.hasEnded === hasEnded && isWanted(seat));
  }
}
