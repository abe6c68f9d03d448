import { outsideText } from "../../src/protocol/unanswerable.ts";
import type { Answer, WholeAnswer } from "../lib/mod.ts";
import { byId, create, duration, timecode } from "./dom.ts";

/** The question box, its examples, and the answers, newest first. */
export class Questions {
  private readonly input = byId("question", HTMLInputElement);
  private readonly examples = byId("examples", HTMLFieldSetElement);
  private readonly answers = byId("answers", HTMLOListElement);

  /** @param put asks the server; throws an error whose message says why it cannot */
  constructor(private readonly put: (question: string) => Answer) {
    byId("ask", HTMLFormElement).addEventListener("submit", (event) => {
      event.preventDefault();
      void this.ask(this.input.value.trim());
      this.input.value = "";
    });
  }

  /** Shows example questions that the model was taught. */
  offer(examples: readonly string[]): void {
    const chips = examples.map((text) =>
      create("button", { type: "button", textContent: text, onclick: () => void this.ask(text) }),
    );
    this.examples.replaceChildren(...chips);
    if (examples[0]) this.input.placeholder = examples[0];
  }

  clear(): void {
    this.answers.replaceChildren();
  }

  private async ask(text: string): Promise<void> {
    if (!text) return;
    const shown = create("p", { className: "answer" });
    const note = create("p", { className: "muted", textContent: "…" });
    this.answers.prepend(
      create("li", {}, create("p", { className: "question", textContent: text }), shown, note),
    );
    try {
      const answer = this.put(text);
      for await (const piece of answer) shown.append(piece);
      const whole = await answer.whole;
      const aside = whole.outside ? outsideText(whole.outside) : whole.note;
      if (aside) shown.after(create("p", { className: "aside", textContent: aside }));
      note.textContent = summary(whole);
    } catch (error) {
      note.textContent = error instanceof Error ? error.message : String(error);
    }
  }
}

/** When it was, and how long it took. */
function summary({
  mediaTimeMs,
  timing: { answer_first_ms: first, answer_done_ms: done },
}: WholeAnswer): string {
  const at = mediaTimeMs >= 0 ? `at ${timecode(mediaTimeMs)} · ` : "";
  return `${at}first word after ${duration(first)}, all after ${duration(done)}`;
}
