import "./ask-form.css";
import type { Conversation } from "./conversation.ts";

/** The question box. */
export function AskForm({
  talk,
  examples,
}: {
  readonly talk: Conversation;
  readonly examples: readonly string[];
}) {
  return (
    <form
      class="ask"
      autocomplete="off"
      onSubmit={(event) => {
        event.preventDefault();
        const input = event.currentTarget.elements.namedItem("question") as HTMLInputElement;
        const question = input.value.trim();
        if (question !== "") talk.ask(question);
        input.value = "";
      }}
    >
      <label for="question">Ask about what has been seen, at any time</label>
      <input
        id="question"
        name="question"
        type="text"
        maxLength={300}
        required
        placeholder={examples[0] ?? ""}
      />
      <button type="submit" class="main">
        Ask
      </button>
    </form>
  );
}
