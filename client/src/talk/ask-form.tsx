import "./ask-form.css";
import { useRef } from "preact/hooks";
import { MAX_QUESTION_CHARS } from "../../../src/protocol/sizes.ts";
import type { Watching } from "../watch/watching.ts";
import { Recall } from "./recall.ts";

/** What this visitor has asked since the page was loaded, of whatever video. */
const recall = new Recall();

/** The question box. Its label stands above it, in the head of the column. */
export function AskForm({
  watched: { talk, story },
  id,
  ask,
  whyNot,
}: {
  readonly watched: Watching;
  readonly id: string;
  readonly ask: (question: string) => void;
  /** Why nothing can be asked; null: one can ask. */
  readonly whyNot: string | null;
}) {
  const box = useRef<HTMLInputElement>(null);
  const model = story.session.value?.model_info;
  const question = talk.draft.value;
  const tooLong = (text: string) =>
    model === undefined ? null : whyTooLong(text, model.limits.question_tokens);
  const hintOf = (text: string) => whyNot ?? tooLong(text);
  const hint = hintOf(question);
  const show = (text: string | null) => {
    if (text === null) return;
    talk.draft.value = text;
    queueMicrotask(() => box.current?.setSelectionRange(text.length, text.length));
  };
  return (
    <form
      class="ask"
      autocomplete="off"
      onSubmit={(event) => {
        event.preventDefault();
        // Whoever types fast sends it before the last letters are shown.
        const now = talk.draft.peek().trim();
        if (now === "" || hintOf(now) !== null) return;
        recall.add(now);
        ask(now);
        talk.draft.value = "";
      }}
    >
      <input
        ref={box}
        id={id}
        type="text"
        enterkeyhint="send"
        maxLength={MAX_QUESTION_CHARS}
        disabled={whyNot !== null}
        placeholder={model?.example_questions[0] ?? "What is happening?"}
        aria-describedby={hint === null ? undefined : `${id}-hint`}
        aria-invalid={tooLong(question) !== null}
        value={question}
        onInput={({ currentTarget }) => {
          talk.draft.value = currentTarget.value;
        }}
        onKeyDown={(event) => {
          if (event.key !== "ArrowUp" && event.key !== "ArrowDown") return;
          event.preventDefault();
          show(event.key === "ArrowUp" ? recall.older(talk.draft.peek()) : recall.newer());
        }}
      />
      <button type="submit" class="main" disabled={hint !== null}>
        Ask
      </button>
      {hint !== null && (
        <p id={`${id}-hint`} class="muted">
          {hint}
        </p>
      )}
    </form>
  );
}

/** Each word takes a token at least, so a question of more words is refused for certain. */
function whyTooLong(question: string, mostTokens: number): string | null {
  const words = question.trim().split(/\s+/).length;
  return words > mostTokens
    ? `This model takes questions of at most ${mostTokens} words. This one has ${words}.`
    : null;
}
