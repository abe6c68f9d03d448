import type { ServerEvent, ServerEventOf, SessionStats, SessionTotals } from "../../src/protocol/mod.ts";

type DropReason = ServerEventOf<"input_video_frame.dropped">["reason"];

/** How a question of a client ended. `open`: the client left before. */
export interface Questions {
  answered: number;
  cancelled: number;
  open: number;
}

/**
 * The books of one session: what its client sent, beside what the server says became of it. A frame that is in no column
 * and a question without an end are faults.
 */
export class Account {
  /** Pictures that the client has sent. */
  sent = 0;
  /** What does not add up. */
  readonly wrong: string[] = [];
  readonly dropped: Record<DropReason, number> = { busy: 0, rate: 0, duplicate: 0, decode_error: 0 };
  readonly questions: Questions = { answered: 0, cancelled: 0, open: 0 };
  totals: SessionTotals | null = null;
  private framesPerUnit = 1;
  private readonly asked = new Set<string>();
  /** The message that asked, by the id of the answer. */
  private readonly answering = new Map<string, string>();

  /** The client asks a question, in a message with this `event_id`. */
  ask(eventId: string): void {
    this.asked.add(eventId);
  }

  /** Takes every event of the session, in order. */
  take(event: ServerEvent): void {
    switch (event.type) {
      case "session.created":
        this.framesPerUnit = event.session.model_info.frames_per_unit;
        break;
      case "input_video_frame.dropped":
        this.dropped[event.reason]++;
        break;
      case "session.stats":
        this.compare(event.stats);
        break;
      case "response.created":
        if (event.response.in_reply_to !== null)
          this.answering.set(event.response.id, event.response.in_reply_to);
        break;
      case "response.done":
        this.done(event.response);
        break;
      case "session.closed":
        this.totals = event.totals;
        break;
    }
  }

  /**
   * Closes the books.
   *
   * @param wholly whether the server had the time to finish: then each frame and each question must have an end
   */
  close(wholly: boolean): void {
    this.questions.open = this.asked.size;
    if (!wholly) return;
    if (this.asked.size > 0) this.wrong.push(`${this.asked.size} questions without an end`);
    const { totals } = this;
    if (totals === null) {
      this.wrong.push("the session had no end");
      return;
    }
    if (totals.frames_in !== this.sent)
      this.wrong.push(`${this.sent} frames sent, ${totals.frames_in} counted`);
    if (totals.frames_dropped !== this.droppedInAll)
      this.wrong.push(`${this.droppedInAll} frames told as dropped, ${totals.frames_dropped} counted`);
    const units = Math.ceil((totals.frames_in - totals.frames_dropped) / this.framesPerUnit);
    if (totals.units !== units) this.wrong.push(`${units} units expected, ${totals.units} seen`);
    if (totals.thoughts + totals.skips !== totals.units)
      this.wrong.push(`${totals.units} units, ${totals.thoughts} thoughts and ${totals.skips} skips`);
  }

  /** Frames that were looked at, of a session that has ended. */
  get seen(): number {
    return this.totals === null ? 0 : this.totals.frames_in - this.totals.frames_dropped;
  }

  get droppedInAll(): number {
    return Object.values(this.dropped).reduce((sum, count) => sum + count, 0);
  }

  /** Each frame that was dropped has an event of its own, so the counts agree at any time. */
  private compare({ frames_in, frames_dropped }: SessionStats): void {
    for (const [reason, told] of Object.entries(this.dropped)) {
      const counted = frames_dropped[reason as DropReason];
      if (told !== counted) this.wrong.push(`${told} frames told as ${reason}, ${counted} counted`);
    }
    if (frames_in > this.sent) this.wrong.push(`${this.sent} frames sent, ${frames_in} counted`);
  }

  private done({ id, kind, status, status_details }: ServerEventOf<"response.done">["response"]): void {
    if (kind !== "answer") return;
    const eventId = this.answering.get(id);
    if (eventId === undefined || !this.asked.delete(eventId))
      this.wrong.push(`the answer ${id} to no question`);
    else if (status === "failed") this.wrong.push(`an answer failed: ${status_details?.message}`);
    else if (status === "cancelled") this.questions.cancelled++;
    else this.questions.answered++;
  }
}
