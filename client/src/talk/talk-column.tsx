import "./talk-column.css";
import type { Watching } from "../watch/watching.ts";
import { AnswerLog } from "./answer-log.tsx";
import { AskForm } from "./ask-form.tsx";
import { ChipRow } from "./chip-row.tsx";
import { ExchangeList } from "./exchange-list.tsx";
import { TakeAlong } from "./take-along.tsx";
import { whyNotAsk } from "./why-not-ask.ts";

/** The conversation about what is watched. The question box and the newest answer stand on top, so both are in view. */
export function TalkColumn({ watched }: { readonly watched: Watching }) {
  const { talk, source, connection } = watched;
  const whyNot = whyNotAsk(source, connection.value);
  const ask = (question: string) => talk.ask(question);
  return (
    <section class="talk" aria-label="Conversation">
      <label for="question">Ask about what was seen</label>
      <AskForm watched={watched} id="question" ask={ask} whyNot={whyNot} />
      {whyNot === null && <ChipRow watched={watched} ask={ask} />}
      <ExchangeList watched={watched} ask={whyNot === null ? ask : null} />
      <TakeAlong watched={watched} />
      <AnswerLog talk={talk} />
    </section>
  );
}
