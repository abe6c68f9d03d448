import { Observable } from "rxjs";
import type { ServerEvent } from "../../../protocol/mod.ts";
import type { AskOptions, Numbered, StreamHandle } from "../../../streams/mod.ts";

/** An answer as JSON: what its events say, together. */
export interface Answer {
  readonly id: string;
  readonly object: "answer";
  readonly question: string;
  readonly text: string;
  readonly unit: number;
  readonly media_time_ms: number;
  readonly outside: Extract<ServerEvent, { type: "response.output_text.done" }>["outside"];
  readonly note: string | null;
  readonly unfamiliar: boolean;
  readonly at_least: boolean;
  readonly at_least_because: Extract<ServerEvent, { type: "response.output_text.done" }>["at_least_because"];
  readonly status: string;
  readonly status_details: Extract<ServerEvent, { type: "response.done" }>["response"]["status_details"];
  readonly usage: Extract<ServerEvent, { type: "response.done" }>["response"]["usage"];
  readonly timing: Extract<ServerEvent, { type: "response.done" }>["timing"];
}

/** One event of an answer, with its number in the stream. */
export type AnswerEvent = Numbered<ServerEvent>;

/**
 * Asks a stream, and gives the events of the answer up to its `response.done`. Completes without one where the stream
 * ends before. Unsubscribing before the end cancels the answer. `when`: now, or when the stream has ended.
 *
 * @throws as `StreamHandle.ask` does
 */
export function askStream(
  stream: StreamHandle,
  question: string,
  options: Pick<AskOptions, "when"> = {},
): Observable<AnswerEvent> {
  const { newest } = stream.log;
  const id = stream.ask(question, options);
  return new Observable((subscriber) => {
    let isDone = false;
    const listening = stream.log.from(newest).subscribe({
      next: (entry) => {
        if (!("event" in entry) || responseOf(entry.event) !== id) return;
        isDone = entry.event.type === "response.done";
        subscriber.next(entry);
        if (isDone) subscriber.complete();
      },
      complete: () => subscriber.complete(),
    });
    return () => {
      listening.unsubscribe();
      if (!isDone) stream.cancel(id);
    };
  });
}

/** The answer that events say together; null: they are not all there. */
export function answerOf(question: string, events: readonly AnswerEvent[]): Answer | null {
  const all = events.map(({ event }) => event);
  const said = all.find((event) => event.type === "response.output_text.done");
  const done = all.find((event) => event.type === "response.done");
  if (said === undefined || done === undefined) return null;
  const { text, unit, media_time_ms, outside, note, unfamiliar, at_least, at_least_because } = said;
  const { id, status, status_details, usage } = done.response;
  const { timing } = done;
  return {
    ...({ id, object: "answer", question, text, unit, media_time_ms } as const),
    ...{ outside, note, unfamiliar, at_least, at_least_because },
    ...{ status, status_details, usage, timing },
  };
}

function responseOf(event: ServerEvent): string | null {
  if (event.type === "response.created" || event.type === "response.done") return event.response.id;
  return "response_id" in event ? event.response_id : null;
}
