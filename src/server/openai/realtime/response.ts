import { errorObject } from "../../http/http-error.ts";
import type { HttpProblem } from "../../http/http-problem.ts";
import type { AnswerPart } from "../answer-parts.ts";
import { ownObject } from "../own-object.ts";
import { type Item, newItem } from "./conversation.ts";
import { newId } from "./new-id.ts";

type Done = Extract<AnswerPart, { readonly type: "done" }>;

export interface RealtimeResponseOptions {
  /** Null: the answer is not added to the conversation. */
  readonly conversationId: string | null;
  readonly maxOutputTokens: number | "inf";
  readonly metadata: Readonly<Record<string, string>> | null;
  /** For people: what of the request has had no effect. */
  readonly ignored: readonly string[];
  readonly emit: (event: object) => void;
  /** Adds the answer's item to the conversation, and returns the id of the one before it. */
  readonly added: (item: Item) => string | null;
  /** The answer's item is complete. */
  readonly completed: (item: Item) => void;
}

/** The events of one answer, in the order of OpenAI's Realtime API. */
export class RealtimeResponse {
  readonly id = newId("resp");
  private item: Item | null = null;
  /** Id of the item before it in the conversation. */
  private previous: string | null = null;
  private text = "";

  constructor(private readonly options: RealtimeResponseOptions) {}

  begin(): void {
    this.options.emit({ type: "response.created", response: this.describe("in_progress") });
  }

  /** The next piece of the answer. */
  say(delta: string): void {
    this.item ??= this.beginItem();
    this.text += delta;
    this.options.emit({ type: "response.output_text.delta", ...this.place(this.item), delta });
  }

  /** The answer is complete. */
  done(done: Done): void {
    const { status, usage } = done.answer;
    const isWhole = status !== "incomplete";
    const { input_tokens, output_tokens, total_tokens } = usage;
    this.end(isWhole ? "completed" : "incomplete", {
      status_details: isWhole ? null : { type: "incomplete", reason: "max_output_tokens" },
      usage: {
        ...{ total_tokens, input_tokens, output_tokens },
        input_token_details: {
          text_tokens: input_tokens,
          audio_tokens: 0,
          image_tokens: 0,
          cached_tokens: 0,
        },
        output_token_details: { text_tokens: output_tokens, audio_tokens: 0 },
      },
      thinkalong: ownObject(done.answer, this.options.ignored),
    });
  }

  /** The client has cancelled it. */
  cancel(): void {
    this.end("cancelled", { status_details: { type: "cancelled", reason: "client_cancelled" } });
  }

  fail({ status, code, message }: HttpProblem): void {
    const { type } = errorObject(status, code, message);
    this.end("failed", { status_details: { type: "failed", error: { type, code, message } } });
  }

  private beginItem(): Item {
    const { conversationId, added, emit } = this.options;
    const item = newItem(newId("item"), "assistant");
    emit({ type: "response.output_item.added", response_id: this.id, output_index: 0, item });
    if (conversationId !== null) {
      this.previous = added(item);
      emit({ type: "conversation.item.added", previous_item_id: this.previous, item });
    }
    emit({ type: "response.content_part.added", ...this.place(item), part: { type: "text", text: "" } });
    return item;
  }

  private end(status: "completed" | "incomplete" | "cancelled" | "failed", more: object): void {
    const { emit } = this.options;
    const item = this.item === null ? null : this.endItem(this.item, status === "completed");
    const output = item === null ? [] : [item];
    emit({ type: "response.done", response: { ...this.describe(status), output, ...more } });
  }

  private endItem(begun: Item, isWhole: boolean): Item {
    const { conversationId, completed, emit } = this.options;
    const { text } = this;
    const status = isWhole ? "completed" : "incomplete";
    const item: Item = { ...begun, status, content: [{ type: "output_text", text }] };
    emit({ type: "response.output_text.done", ...this.place(item), text });
    emit({ type: "response.content_part.done", ...this.place(item), part: { type: "text", text } });
    if (conversationId !== null) {
      completed(item);
      emit({ type: "conversation.item.done", previous_item_id: this.previous, item });
    }
    emit({ type: "response.output_item.done", response_id: this.id, output_index: 0, item });
    return item;
  }

  private place({ id }: Item) {
    return { response_id: this.id, item_id: id, output_index: 0, content_index: 0 };
  }

  private describe(status: string) {
    const { conversationId, maxOutputTokens, metadata } = this.options;
    return {
      ...{ object: "realtime.response", id: this.id, status, status_details: null, output: [] },
      ...{ conversation_id: conversationId, output_modalities: ["text"], max_output_tokens: maxOutputTokens },
      ...{ metadata, usage: null },
    };
  }
}
