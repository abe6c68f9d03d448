import type { Conversation } from "./conversation.ts";

/** So many stay in the log, in case several come at once. */
const MOST_LOGGED = 3;

/** Tells screen readers of answers when they are whole, because one that is read word by word cannot be understood. */
export function AnswerLog({ talk }: { readonly talk: Conversation }) {
  const settled = talk.exchanges.value.filter(({ by, state }) => by !== "elsewhere" && state !== "asked");
  return (
    <div class="unseen" role="log" aria-live="polite" aria-label="Answers">
      {settled.slice(-MOST_LOGGED).map(({ id, question, text, state, problem }) => (
        <p key={id}>
          {question} {text} {state === "stopped" && "Stopped."} {problem}
        </p>
      ))}
    </div>
  );
}
