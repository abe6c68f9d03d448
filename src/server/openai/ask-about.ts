import { Observable } from "rxjs";
import type { Engine, StreamOptions } from "../../engine/mod.ts";
import { errorInfo, type ServerEvent } from "../../protocol/mod.ts";
import { type FaultListener, ShownMedia, type ShownMedium, StreamHandle } from "../../streams/mod.ts";
import { type HttpErrorStatus, HttpProblem } from "../http/http-problem.ts";
import { type AnswerEvent, askStream } from "../http/streams/answer.ts";
import type { Limits } from "../limits.ts";

export interface AskAboutOptions {
  /** Name of the stream, for logs. */
  readonly id: string;
  readonly engine: Engine;
  readonly limits: Limits;
  readonly media: readonly ShownMedium[];
  readonly question: string;
  readonly options: StreamOptions;
  readonly onFault: FaultListener;
}

/**
 * Shows pictures and videos to a stream of their own, which nobody else sees, and asks it when all of them have been
 * thought about. It has a place of the engine until the answer is complete, or nobody listens any more.
 *
 * @throws as an error of the observable: {HttpProblem} for what was sent; as `StreamHandle.ask` does
 */
export function askAbout({
  id,
  engine,
  limits,
  media,
  question,
  options,
  onFault,
}: AskAboutOptions): Observable<AnswerEvent> {
  return new Observable((subscriber) => {
    // Nothing is too late: what is shown waits for the engine.
    const engineOptions: StreamOptions = { skipLate: false, ...options };
    const stream = new StreamHandle({ id, engine, limits, engineOptions, onFault });
    subscriber.add(() => stream.close());
    subscriber.add(
      stream.log.from(null).subscribe((entry) => {
        if ("event" in entry && isFatal(entry.event)) subscriber.error(problemOf(entry.event.error));
      }),
    );
    // Before anything is decoded, so that a question that cannot be asked costs nothing.
    subscriber.add(askStream(stream, question, { when: "end" }).subscribe(subscriber));
    stream.feed(
      new ShownMedia({
        media,
        framesEach: engine.model.framesPerUnit,
        maxBytes: limits.maxFrameBytes,
        maxPixels: limits.maxFramePixels,
        maxDurationMs: limits.maxCompletionVideoMs,
        onFault: (error) => onFault(error, "What a client has sent could not be shown."),
      }),
    );
  });
}

function isFatal(event: ServerEvent): event is Extract<ServerEvent, { type: "error" }> {
  return event.type === "error" && event.error.fatal;
}

function problemOf({ code, message }: { readonly code: string; readonly message: string }): HttpProblem {
  return new HttpProblem(errorInfo(code).status as HttpErrorStatus, code, message);
}
