import { Observable } from "rxjs";
import { errorInfo, outsideText } from "../../protocol/mod.ts";
import { type HttpErrorStatus, HttpProblem } from "../http/http-problem.ts";
import { type Answer, type AnswerEvent, answerOf } from "../http/streams/answer.ts";

/** The next piece of an answer, or all of it at its end. */
export type AnswerPart =
  | { readonly type: "text"; readonly delta: string }
  | {
      readonly type: "done";
      readonly answer: Answer;
      /** All pieces together. */
      readonly text: string;
    };

/**
 * Turns the events of an answer into its pieces. Where the model could not answer, a last piece says why and what it can
 * be asked, because clients of OpenAI's API show nothing else. What is no answer is an error.
 *
 * @throws {HttpProblem} as an error of the observable: the code with which the answer failed, `answer_cancelled` when
 *   somebody else has stopped it, `stream_closed` when its stream has ended
 */
export function answerParts(question: string, events$: Observable<AnswerEvent>): Observable<AnswerPart> {
  return new Observable((subscriber) => {
    const events: AnswerEvent[] = [];
    let text = "";
    const say = (delta: string) => {
      text += delta;
      if (delta !== "") subscriber.next({ type: "text", delta });
    };
    return events$.subscribe({
      next: (entry) => {
        const { event } = entry;
        if (event.type === "response.output_text.delta") say(event.delta);
        else events.push(entry);
      },
      error: (error: unknown) => subscriber.error(error),
      complete: () => {
        const answer = answerOf(question, events);
        const problem = problemOf(answer);
        if (answer === null || problem !== null) return subscriber.error(problem);
        // Deltas may be fewer than the text where it came all at once.
        if (text === "") say(answer.text);
        if (answer.outside !== null) say(` (${outsideText(answer.outside)})`);
        subscriber.next({ type: "done", answer, text });
        subscriber.complete();
      },
    });
  });
}

function problemOf(answer: Answer | null): HttpProblem | null {
  if (answer === null)
    return new HttpProblem(409, "stream_closed", "The stream has ended before it gave an answer.");
  const { status, status_details: details } = answer;
  if (status === "cancelled")
    return new HttpProblem(409, "answer_cancelled", "Somebody has stopped this answer. Ask again.");
  if (status !== "failed") return null;
  const { code = "internal_error", message = "The answer has failed. Ask again." } = details ?? {};
  // Before its first picture a stream is not at fault, and neither is the server.
  const errorStatus = code === "nothing_seen" ? 409 : (errorInfo(code).status as HttpErrorStatus);
  return new HttpProblem(errorStatus, code, message);
}
