import type { CloseReason } from "../../protocol/mod.ts";
import type { Problem } from "../../streams/mod.ts";
import type { Limits } from "../limits.ts";
import { MessageBudget } from "./message-gate.ts";
import { PatientTimer } from "./patient-timer.ts";
import type { Seat } from "./seat.ts";
import type { Session } from "./session.ts";
import type { Listener } from "./session-feed.ts";

/** What a seat tells whoever keeps it. */
export interface SeatKeeper {
  /** Whether a seat may wait for its client at all. */
  readonly mayWait: boolean;
  /** It waits for its client. */
  waits(seat: HeldSeat): void;
  /** Its client is back. */
  returned(seat: HeldSeat): void;
  /** It is over: nobody can resume it. */
  over(seat: HeldSeat): void;
}

/** Why a seat is given up: its client has left, did not come back or may not, or the server shuts down. */
export type GivenUp = Extract<
  CloseReason,
  "left" | "not_resumed" | "going_away" | "unauthorized" | "forbidden"
>;

/**
 * The place of a session that owns its stream. It keeps both while the client is away, for `resumeWindowMs`, and ends them
 * when the client leaves, sends nothing for too long or does not come back.
 */
export class HeldSeat implements Seat {
  readonly budget: MessageBudget;
  private listener: Listener | null = null;
  /** Runs out when the client is silent or away for too long. */
  private timer: PatientTimer | null = null;

  constructor(
    readonly session: Session,
    private readonly keeper: SeatKeeper,
    private readonly limits: Limits,
  ) {
    this.budget = new MessageBudget(limits);
  }

  /** Whether the stream has ended. Its client may still come for what it has not got. */
  get hasEnded(): boolean {
    return this.session.stream.state === "closed";
  }

  attach(listener: Listener, after: number | null): void {
    this.keeper.returned(this);
    this.listener = listener;
    this.startTimer(this.limits.idleTimeoutMs, () => this.endIdle());
    this.session.attach(listener, after);
  }

  heard(): void {
    this.timer?.refresh();
  }

  lost(listener: Listener, problem?: Problem): void {
    if (listener !== this.listener) return;
    if (!this.keeper.mayWait) {
      if (problem) this.session.end("slow_reader", problem);
      this.left(listener);
      return;
    }
    if (problem) this.session.tell({ ...problem, fatal: false });
    this.listener = null;
    this.session.detach();
    this.startTimer(this.limits.resumeWindowMs, () => this.giveUp("not_resumed"));
    this.keeper.waits(this);
  }

  left(listener: Listener): void {
    if (listener === this.listener) this.giveUp("left");
  }

  /** Ends the session and its stream at once. Its client, if there is one, is told nothing more. */
  giveUp(reason: GivenUp): void {
    this.timer?.stop();
    this.listener = null;
    this.session.detach();
    this.session.stream.close(reason);
    this.keeper.over(this);
  }

  private startTimer(ms: number, work: () => void): void {
    this.timer?.stop();
    this.timer = new PatientTimer(ms, work);
  }

  private endIdle(): void {
    // After `session.close` nothing is expected of the client.
    if (this.session.stream.state === "ending" || this.hasEnded) return;
    const message = `The client sent nothing for ${this.limits.idleTimeoutMs} ms. Connect again when there is video.`;
    this.session.end("idle_timeout", { code: "idle_timeout", message });
  }
}
