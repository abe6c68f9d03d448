import "./talk-column.css";
import { timecode } from "../ui/format.ts";
import type { Watching } from "../watch/watching.ts";
import { AskForm } from "./ask-form.tsx";

/** The conversation about what is watched, the newest answer first. */
export function TalkColumn({ watched: { talk, story } }: { readonly watched: Watching }) {
  return (
    <section class="talk" aria-label="Conversation">
      <AskForm talk={talk} examples={story.session.value?.model_info.example_questions ?? []} />
      <div role="log" aria-live="polite" aria-label="Answers">
        <ol class="answers">
          {talk.exchanges.value.toReversed().map(({ id, question, text, state, whole, problem }) => (
            <li key={id} class="card">
              <p class="muted">{question}</p>
              <p>{text}</p>
              {problem !== null && <p class="muted">{problem}</p>}
              {state === "asked" && (
                <button type="button" onClick={() => talk.stop(id)}>
                  Stop
                </button>
              )}
              {whole !== null && whole.mediaTimeMs >= 0 && (
                <p class="muted number">at {timecode(whole.mediaTimeMs)}</p>
              )}
            </li>
          ))}
        </ol>
      </div>
    </section>
  );
}
