import type { ClientMessage } from "../../src/protocol/client-messages.ts";
import type { ServerEvent } from "../../src/protocol/server-events.ts";
import { outsideText } from "../../src/protocol/unanswerable.ts";
import { byId, create, duration, timecode } from "./dom.ts";

interface Asked {
  readonly answer: HTMLElement;
  readonly note: HTMLElement;
  /** Media time that the answer is about (ms). */
  mediaTimeMs: number;
}

/** The question box, its examples, and the answers, newest first. */
export class Questions {
  private readonly input = byId("question", HTMLInputElement);
  private readonly examples = byId("examples", HTMLFieldSetElement);
  private readonly answers = byId("answers", HTMLOListElement);
  private readonly send: (message: ClientMessage) => boolean;
  /** Keyed by the `event_id` of the question, later by the id of its response. */
  private readonly asked = new Map<string, Asked>();
  private readonly answering = new Map<string, Asked>();
  private count = 0;

  constructor(send: (message: ClientMessage) => boolean) {
    this.send = send;
    byId("ask", HTMLFormElement).addEventListener("submit", (event) => {
      event.preventDefault();
      this.ask(this.input.value.trim());
      this.input.value = "";
    });
  }

  /** Shows example questions that the model was taught. */
  offer(examples: readonly string[]): void {
    const chips = examples.map((text) =>
      create("button", { type: "button", textContent: text, onclick: () => this.ask(text) }),
    );
    this.examples.replaceChildren(...chips);
    if (examples[0]) this.input.placeholder = examples[0];
  }

  clear(): void {
    this.answers.replaceChildren();
    this.asked.clear();
    this.answering.clear();
  }

  /** The session is gone, and so are its unfinished answers. */
  lost(): void {
    for (const { note } of [...this.asked.values(), ...this.answering.values()]) {
      note.textContent = "The connection broke before the answer. Ask again.";
    }
    this.asked.clear();
    this.answering.clear();
  }

  /** Shows an event about an answer. Returns whether it was one. */
  show(event: ServerEvent): boolean {
    switch (event.type) {
      case "response.created":
        return this.created(event.response.in_reply_to ?? "", event.response.id);
      case "response.output_text.delta":
        this.answering.get(event.response_id)?.answer.append(event.delta);
        return true;
      case "response.output_text.done": {
        const asked = this.answering.get(event.response_id);
        if (!asked) return true;
        asked.mediaTimeMs = event.media_time_ms;
        const aside = event.outside ? outsideText(event.outside) : event.note;
        if (aside) asked.answer.after(create("p", { className: "aside", textContent: aside }));
        return true;
      }
      case "response.done": {
        const asked = this.answering.get(event.response.id);
        if (!asked) return false;
        this.answering.delete(event.response.id);
        const { status, status_details } = event.response;
        const { answer_first_ms, answer_done_ms } = event.timing;
        const after = `first word after ${duration(answer_first_ms)}, all after ${duration(answer_done_ms)}`;
        const at = asked.mediaTimeMs >= 0 ? `at ${timecode(asked.mediaTimeMs)} · ` : "";
        asked.note.textContent = status === "failed" ? (status_details?.message ?? status) : at + after;
        return true;
      }
      case "error": {
        const asked = this.asked.get(event.error.event_id ?? "");
        if (!asked) return false;
        this.asked.delete(event.error.event_id ?? "");
        asked.note.textContent = event.error.message;
        return true;
      }
      default:
        return false;
    }
  }

  private ask(text: string): void {
    if (!text) return;
    const eventId = `ask_${this.count++}`;
    const asked: Asked = {
      answer: create("p", { className: "answer" }),
      note: create("p", { className: "muted", textContent: "…" }),
      mediaTimeMs: -1,
    };
    this.answers.prepend(
      create("li", {}, create("p", { className: "question", textContent: text }), asked.answer, asked.note),
    );
    const wasSent = this.send({
      type: "conversation.item.create",
      event_id: eventId,
      item: { type: "message", role: "user", content: [{ type: "input_text", text }] },
    });
    if (wasSent) this.asked.set(eventId, asked);
    else asked.note.textContent = "Not sent: there is no connection at the moment.";
  }

  private created(eventId: string, responseId: string): boolean {
    const asked = this.asked.get(eventId);
    if (!asked) return false;
    this.asked.delete(eventId);
    this.answering.set(responseId, asked);
    return true;
  }
}
