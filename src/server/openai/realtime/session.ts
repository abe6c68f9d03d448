import type { Subscription } from "rxjs";
import { ProtocolError } from "../../../protocol/mod.ts";
import type { Client } from "../../auth/client.ts";
import { errorObject } from "../../http/http-error.ts";
import { HttpProblem } from "../../http/http-problem.ts";
import { checked } from "../../http/json-body.ts";
import type { Answers } from "../answers.ts";
import { type Asking, askingOf, streamOf } from "../asking.ts";
import { requireFewWords } from "../large-json.ts";
import type { Turn } from "../turns.ts";
import { Conversation, itemOf, turnOf } from "./conversation.ts";
import { REALTIME_MESSAGES, type RealtimeMessage, type RealtimeMessageType } from "./messages.ts";
import { newId } from "./new-id.ts";
import { RealtimeResponse } from "./response.ts";

export interface RealtimeSessionOptions {
  readonly answers: Answers;
  readonly client: Client;
  /** The model, or `stream:` and the id of a live stream. */
  readonly model: string;
  /** Takes the events for the client. */
  readonly send: (event: object) => void;
  /** Told of the code of each error that the client gets. Default: nobody is. */
  readonly refused?: (code: string) => void;
}

/** An answer under way. */
interface Active {
  readonly response: RealtimeResponse;
  readonly listening: Subscription;
  readonly leave: () => void;
}

/**
 * One client of `/v1/realtime`: a conversation of texts and pictures, and answers about it, one at a time. It knows no
 * sockets. Nothing that a client sends makes it throw: a message that cannot be taken becomes an `error` event.
 *
 * @example
 * const session = new RealtimeSession({ answers, client, model: "stream:door", send: (event) => socket.send(JSON.stringify(event)) });
 * session.begin();
 * session.receive('{"type": "response.create"}');
 */
export class RealtimeSession {
  readonly id = newId("sess");
  private readonly conversation: Conversation;
  private instructions = "";
  private maxOutputTokens: number | "inf" = "inf";
  private active: Active | null = null;
  private events = 0;

  constructor(private readonly options: RealtimeSessionOptions) {
    this.conversation = new Conversation(options.answers.limits.maxCompletionBytes);
  }

  /** Tells the client what it has got. */
  begin(): void {
    this.emit({ type: "session.created", session: this.describe() });
  }

  /** Takes a text message. */
  receive(text: string): void {
    let eventId: string | null = null;
    try {
      requireFewWords(text);
      const message = parse(text);
      if (typeof message.event_id === "string") eventId = message.event_id;
      this.take(known(message));
    } catch (error) {
      this.refuse(error, eventId);
    }
  }

  /** Takes what cannot be taken: this protocol has texts only. */
  receiveBinary(): void {
    this.refuse(new ProtocolError("invalid_message", "Send text messages with JSON, not binary ones."));
  }

  /** Tells the client why it must go. */
  refuse(error: unknown, eventId: string | null = null): void {
    const { status, code, message, param } = this.options.answers.problemOf(error);
    this.options.refused?.(code);
    this.emit({ type: "error", error: { ...errorObject(status, code, message, param), event_id: eventId } });
  }

  /** Ends the answer under way. Nothing more is told. */
  close(): void {
    this.active?.listening.unsubscribe();
    this.active?.leave();
    this.active = null;
  }

  private take(message: RealtimeMessage): void {
    switch (message.type) {
      case "session.update":
        this.update(message);
        break;
      case "conversation.item.create":
        this.addItem(message);
        break;
      case "conversation.item.retrieve":
        this.emit({ type: "conversation.item.retrieved", item: this.conversation.get(message.item_id) });
        break;
      case "conversation.item.delete":
        this.conversation.delete(message.item_id);
        this.emit({ type: "conversation.item.deleted", item_id: message.item_id });
        break;
      case "response.create":
        this.respond(message);
        break;
      case "response.cancel":
        this.cancel(message);
    }
  }

  private update({ session }: RealtimeMessage<"session.update">): void {
    const { model, instructions, max_output_tokens: most } = session;
    if (typeof model === "string" && model !== this.options.model)
      throw refused("session.model", "The model is that of the URL. Connect again for another one.");
    if (typeof instructions === "string" && instructions !== "")
      this.requireInstructions("session.instructions");
    this.instructions = instructions ?? this.instructions;
    this.maxOutputTokens = most ?? this.maxOutputTokens;
    this.emit({ type: "session.updated", session: this.describe() });
  }

  private addItem({ item: given, previous_item_id }: RealtimeMessage<"conversation.item.create">): void {
    const item = itemOf(given);
    const before = this.conversation.add(item, previous_item_id ?? undefined);
    for (const type of ["conversation.item.added", "conversation.item.done"])
      this.emit({ type, previous_item_id: before, item });
  }

  private respond({ response: wishes }: RealtimeMessage<"response.create">): void {
    if (this.active !== null) {
      const message = "An answer is under way. Wait for its response.done, or cancel it (response.cancel).";
      throw new HttpProblem(400, "conversation_already_has_active_response", message);
    }
    const { answers, client } = this.options;
    const instructions = wishes?.instructions ?? this.instructions;
    if (wishes?.instructions) this.requireInstructions("response.instructions");
    const maxOutputTokens = wishes?.max_output_tokens ?? this.maxOutputTokens;
    const asking = this.askingOf(this.turnsOf(wishes?.input ?? null), instructions, maxOutputTokens);
    const leave = answers.enter();
    const response = new RealtimeResponse({
      conversationId: wishes?.conversation === "none" ? null : this.conversation.id,
      maxOutputTokens,
      metadata: wishes?.metadata ?? null,
      ignored: asking.ignored,
      emit: (event) => this.emit(event),
      added: (item) => this.conversation.append(item),
      completed: (item) => this.conversation.update(item),
    });
    response.begin();
    const over = (tell: () => void) => {
      leave();
      this.active = null;
      tell();
    };
    const listening = answers.answer(asking, client).subscribe({
      next: (part) => (part.type === "text" ? response.say(part.delta) : over(() => response.done(part))),
      error: (error: unknown) => over(() => response.fail(answers.problemOf(error))),
    });
    if (!listening.closed) this.active = { response, listening, leave };
  }

  private cancel({ response_id: id }: RealtimeMessage<"response.cancel">): void {
    const { active } = this;
    if (active === null || (typeof id === "string" && id !== active.response.id))
      throw new HttpProblem(400, "response_cancel_not_active", "There is no such answer under way.");
    this.close();
    active.response.cancel();
  }

  private askingOf(turns: readonly Turn[], instructions: string, most: number | "inf"): Asking {
    const { answers, model } = this.options;
    const system: Turn = { role: "system", parts: [{ kind: "text", text: instructions }] };
    return askingOf(model, instructions === "" ? turns : [system, ...turns], answers.model, {
      wishes: { answerTokens: most === "inf" ? undefined : most },
      param: "response",
    });
  }

  /** The conversation, or what is given in its place. */
  private turnsOf(
    input: NonNullable<RealtimeMessage<"response.create">["response"]>["input"] | null,
  ): readonly Turn[] {
    if (!input) return this.conversation.turns;
    return input.map((item) =>
      turnOf(item.type === "item_reference" ? this.conversation.get(item.id) : itemOf(item)),
    );
  }

  private requireInstructions(param: string): void {
    const { answers, model } = this.options;
    if (streamOf(model) !== null) throw refused(param, "A live stream has its own instructions.");
    if (!answers.model.can.instructions) throw refused(param, `The model ${model} takes no instructions.`);
  }

  private describe() {
    return {
      ...{ type: "realtime", object: "realtime.session", id: this.id, model: this.options.model },
      ...{ output_modalities: ["text"], instructions: this.instructions, tools: [], tool_choice: "auto" },
      ...{ max_output_tokens: this.maxOutputTokens, truncation: "disabled", tracing: null, prompt: null },
    };
  }

  private emit(event: object): void {
    this.options.send({ event_id: `event_${this.events++}`, ...event });
  }
}

/** @throws {ProtocolError} `invalid_json` or `invalid_message` */
function parse(text: string): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new ProtocolError("invalid_json", "The message is not JSON.", { cause });
  }
  if (typeof value === "object" && value !== null && "type" in value) return value as Record<string, unknown>;
  throw new ProtocolError("invalid_message", "A message must be a JSON object with a type.");
}

/** @throws {ProtocolError} `unknown_type`; {HttpProblem} 400 `invalid_value`, with the field that is wrong */
function known(message: Record<string, unknown>): RealtimeMessage {
  const { type } = message;
  if (typeof type === "string" && Object.hasOwn(REALTIME_MESSAGES, type))
    return checked(REALTIME_MESSAGES[type as RealtimeMessageType], message);
  const isAudio = /audio|truncate/.test(String(type));
  const hint = isAudio ? "This server neither hears nor speaks. " : "";
  const types = Object.keys(REALTIME_MESSAGES).join(", ");
  throw new ProtocolError(
    "unknown_type",
    `${JSON.stringify(String(type).slice(0, 64))} is not taken. ${hint}It may be ${types}.`,
    { param: "type" },
  );
}

function refused(param: string, message: string): HttpProblem {
  return new HttpProblem(400, "unsupported_parameter", message, param);
}
