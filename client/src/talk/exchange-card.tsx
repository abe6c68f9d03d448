import "./exchange-card.css";
import { atLeastText } from "../../../src/protocol/answer-text.ts";
import { outsideText } from "../../../src/protocol/unanswerable.ts";
import { shownAnswer } from "../story/asked.ts";
import { duration, timecode } from "../ui/format.ts";
import type { Watching } from "../watch/watching.ts";
import { type Exchange, pinOf } from "./exchange.ts";

/** A question and its answer, with what one should know about it. */
export function ExchangeCard({
  watched: { talk, connection },
  exchange,
  ask,
}: {
  readonly watched: Watching;
  readonly exchange: Exchange;
  /** null: nothing can be asked. */
  readonly ask: ((question: string) => void) | null;
}) {
  const { id, question, by, text, state, problem, said, done } = exchange;
  const isOwn = by !== "elsewhere";
  const point = (isPointed: boolean) => () => {
    if (isPointed && pinOf(exchange) !== null) talk.highlighted.value = id;
    else if (!isPointed && talk.highlighted.value === id) talk.highlighted.value = null;
  };
  return (
    <li
      class={`exchange ${by}`}
      data-exchange={id}
      data-highlighted={talk.highlighted.value === id || undefined}
      onPointerEnter={point(true)}
      onPointerLeave={point(false)}
      onFocusIn={point(true)}
      onFocusOut={point(false)}
    >
      <p class="question">
        {question}
        {by === "page" && <span class="muted"> asked by this page</span>}
      </p>
      <p class="answer">
        {shownAnswer(exchange)}
        {text === "" && state === "asked" && (
          <span class="muted">
            {connection.value.phase === "open" ? "thinking …" : "waits for the connection"}
          </span>
        )}
        {text === "" && state === "answered" && <span class="muted">It said nothing.</span>}
      </p>
      {problem !== null && <p class="problem">{problem}</p>}
      {said?.outside && <Outside outside={said.outside} ask={isOwn ? ask : null} />}
      {said?.unfamiliar && <p class="doubt">The scene was unfamiliar, so this may be wrong.</p>}
      {done?.response.status === "incomplete" && (
        <p class="muted">It is cut off: an answer may have no more words.</p>
      )}
      {said?.at_least && <p class="muted">{atLeastText(said)}</p>}
      {said?.note && <p class="muted">{said.note}</p>}
      <p class="facts">
        <span class="muted number">{factsOf(exchange)}</span>
        {isOwn && state === "asked" && <Do what="Stop" run={() => talk.stop(id)} />}
        {isOwn && state === "failed" && ask !== null && <Do what="Retry" run={() => talk.retry(id)} />}
        {isOwn && (state === "answered" || state === "stopped") && ask !== null && (
          <Do what="Ask again" run={() => ask(question)} />
        )}
      </p>
    </li>
  );
}

/** Most questions that are offered in place of one that it cannot answer. */
const MOST_EXAMPLES = 3;

/** Why it could not answer, and what one may ask instead. */
function Outside({
  outside,
  ask,
}: {
  readonly outside: NonNullable<NonNullable<Exchange["said"]>["outside"]>;
  readonly ask: ((question: string) => void) | null;
}) {
  const examples = ask === null ? [] : outside.examples.slice(0, MOST_EXAMPLES);
  return (
    <div class="outside">
      <p class="muted">
        {outsideText({ ...outside, examples: [] })}
        {examples.length > 0 && " It can answer, for example:"}
      </p>
      {examples.map((example) => (
        <button key={example} type="button" class="question-chip" onClick={() => ask?.(example)}>
          {example}
        </button>
      ))}
    </div>
  );
}

function Do({ what, run }: { readonly what: string; readonly run: () => void }) {
  return (
    <button type="button" class="plain" onClick={run}>
      {what}
    </button>
  );
}

/** What time it is about, and how long it took. */
function factsOf({ state, said, done }: Exchange): string {
  const firstMs = done?.timing.answer_first_ms ?? null;
  return [
    ...(said === null
      ? []
      : [said.media_time_ms < 0 ? "before the first picture" : `at ${timecode(said.media_time_ms)}`]),
    ...(firstMs === null ? [] : [`first word after ${duration(firstMs)}`]),
    ...(state === "stopped" ? ["stopped"] : []),
  ].join(" · ");
}
