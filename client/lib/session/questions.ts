import type { ClientMessage } from "../../../src/protocol/client-messages.ts";
import type { ServerEvent } from "../../../src/protocol/server-events.ts";
import { ClientError, errorOf } from "../errors.ts";
import { ComingAnswer } from "./answer.ts";

/** Questions that may wait for a connection. */
const MOST_WAITING = 32;

/**
 * `event_id` of a message that is sent for its answer alone. Servers answer a type that they do not know with an error, and
 * that comes behind everything that was missed.
 */
export const ECHO = "echo";

/** Events that open a connection. They come before what was missed. */
const OPENING: ReadonlySet<string> = new Set(["session.created", "session.resumed", "session.gap"]);

/**
 * The questions of one session and their answers. After a lost connection, a question is asked again when what was missed
 * has come and its answer is not there, so that none is lost and none is asked twice.
 */
export class Questions {
  /** Those whose answers have not begun, by `event_id`. */
  private readonly asked = new Map<string, ComingAnswer>();
  /** Those whose answers come, by their ids. */
  private readonly answering = new Map<string, ComingAnswer>();
  /** Others may ask the same stream, so the ids must be no one else's. */
  private readonly prefix = `ask_${crypto.getRandomValues(new Uint32Array(2)).join("_")}`;
  private count = 0;
  private connection = 0;
  private hasMissed = false;

  constructor(
    private readonly send: (message: ClientMessage | { type: "client.echo"; event_id: string }) => boolean,
  ) {}

  /** @throws {ClientError} `too_many_questions`, when as many wait for a connection as may */
  ask(question: string, signal?: AbortSignal): ComingAnswer {
    signal?.throwIfAborted();
    if ([...this.asked.values()].filter(({ sentOver }) => sentOver === 0).length >= MOST_WAITING)
      throw new ClientError(
        "too_many_questions",
        `${MOST_WAITING} questions wait for a connection. Ask again when there is one.`,
      );
    const answer = new ComingAnswer(`${this.prefix}_${this.count++}`, question);
    this.asked.set(answer.id, answer);
    const abort = () => this.abort(answer, signal?.reason);
    signal?.addEventListener("abort", abort, { once: true });
    answer.whole.finally(() => signal?.removeEventListener("abort", abort)).catch(() => {});
    this.dispatch(answer);
    return answer;
  }

  /** There is a connection. What was not sent yet goes out; of the rest, what is missed comes first. */
  connected(): void {
    this.connection++;
    this.hasMissed = true;
    for (const answer of [...this.asked.values()]) if (answer.sentOver === 0) this.dispatch(answer);
    const isUnsure = [...this.asked.values()].some(({ sentOver }) => sentOver < this.connection);
    if (isUnsure) this.send({ type: "client.echo", event_id: ECHO });
  }

  /** None of them will be answered. Those that were never sent stay, when another session follows. */
  lose(error: ClientError, isOver: boolean): void {
    for (const answer of this.answering.values()) answer.fail(error);
    this.answering.clear();
    for (const [id, answer] of this.asked) {
      if (!isOver && answer.sentOver === 0) continue;
      answer.fail(error);
      this.asked.delete(id);
    }
  }

  take(event: ServerEvent): void {
    if (this.hasMissed && event.event_id.includes(".") && !OPENING.has(event.type)) this.missedAreThere();
    switch (event.type) {
      case "session.gap":
        if (this.connection > 1)
          this.lose(
            new ClientError(
              "events_missed",
              "The connection was away for so long that events are gone, and the answer may have been among them. Ask again.",
            ),
            false,
          );
        break;
      case "response.created":
        this.begun(event.response.in_reply_to ?? "", event.response.id);
        break;
      case "response.output_text.delta":
        this.answering.get(event.response_id)?.piece(event.delta);
        break;
      case "response.output_text.done":
        this.answering.get(event.response_id)?.textDone(event);
        break;
      case "response.done":
        this.answering.get(event.response.id)?.done(event);
        this.answering.delete(event.response.id);
        break;
      case "error": {
        const id = event.error.event_id ?? "";
        this.asked.get(id)?.fail(errorOf(event));
        this.asked.delete(id);
        break;
      }
    }
  }

  private begun(id: string, responseId: string): void {
    const answer = this.asked.get(id);
    if (answer === undefined) return;
    this.asked.delete(id);
    answer.responseId = responseId;
    if (answer.isSettled) this.cancel(responseId);
    else this.answering.set(responseId, answer);
  }

  /** All that was missed has come. What was asked before the loss and has not begun did not come through. */
  private missedAreThere(): void {
    this.hasMissed = false;
    for (const answer of [...this.asked.values()])
      if (answer.sentOver < this.connection) this.dispatch(answer);
  }

  private dispatch(answer: ComingAnswer): void {
    if (answer.isSettled) return void this.asked.delete(answer.id);
    const { id, question: text } = answer;
    const content = [{ type: "input_text" as const, text }];
    const item = { type: "message" as const, role: "user" as const, content };
    if (this.send({ type: "conversation.item.create", event_id: id, item }))
      answer.sentOver = this.connection;
  }

  private abort(answer: ComingAnswer, reason: unknown): void {
    if (answer.isSettled) return;
    answer.fail(reason);
    if (answer.sentOver === 0) this.asked.delete(answer.id);
    // Without an id yet, it is stopped when it begins.
    if (answer.responseId === null) return;
    this.answering.delete(answer.responseId);
    this.cancel(answer.responseId);
  }

  private cancel(responseId: string): void {
    this.send({ type: "response.cancel", response_id: responseId });
  }
}
