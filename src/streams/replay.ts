import { EMPTY, filter, Observable, take } from "rxjs";
import { type Engine, EngineError, type StreamOptions } from "../engine/mod.ts";
import { ProtocolError, type ServerEvent } from "../protocol/mod.ts";
import { LOG_LIMITS, type StreamLimits } from "./limits.ts";
import { toProblem } from "./problem.ts";
import { type ScheduledQuestion, withQuestions } from "./scheduled-questions.ts";
import { PulledVideo, type PulledVideoOptions } from "./sources/pulled-video.ts";
import { StreamHandle } from "./stream-handle.ts";

export interface ReplayOptions extends PulledVideoOptions {
  /** Belongs to the caller, who closes it afterwards. */
  readonly engine: Engine;
  /** Questions to be asked while the video plays, or when it has ended. */
  readonly questions?: readonly ScheduledQuestion[];
  /** Options of the engine's stream. */
  readonly stream?: StreamOptions;
}

/** A replay has no client, so it needs no protection: only the model sets limits. */
function limitsOf({ model }: Engine): StreamLimits {
  return {
    maxFps: model.fps,
    maxFrameBytes: Number.POSITIVE_INFINITY,
    maxFramePixels: Number.POSITIVE_INFINITY,
    maxPixelsPerSecond: Number.POSITIVE_INFINITY,
    maxCatchUpMs: Number.POSITIVE_INFINITY,
    maxInflight: 2 * model.framesPerUnit,
    idleTimeoutMs: Number.POSITIVE_INFINITY,
    ...LOG_LIMITS,
  };
}

/**
 * Starts to play a video into a stream of its own. Its thoughts and answers are in the log of the returned handle. When
 * something is wrong with the video, an `error` event comes, and `session.closed` has the reason `failed`.
 *
 * @throws {EngineError} for options out of range, or when the engine has no room
 */
export function startReplay({ engine, questions = [], stream, ...video }: ReplayOptions): StreamHandle {
  const handle = new StreamHandle({
    id: "session_0",
    engine,
    limits: limitsOf(engine),
    // At full pace the video waits for the engine, so no thought is too late.
    engineOptions: { skipLate: video.pace !== "max", ...stream },
  });
  /** The first word of an answer, or its end when it has none. */
  const beginning = (answer: string) =>
    handle.log.from(null).pipe(
      filter(
        (entry) =>
          "event" in entry &&
          (entry.event.type === "response.output_text.delta" ||
            entry.event.type === "response.output_text.done") &&
          entry.event.response_id === answer,
      ),
      take(1),
    );
  const ask = (text: string, when: "now" | "end"): Observable<unknown> => {
    try {
      const answer = handle.ask(text, { when });
      // In the batch paradigm, answers begin when the video has ended; before the first unit, when there is one.
      const isLater = when === "end" || stream?.paradigm === "batch" || handle.open().totals.units === 0;
      return isLater ? EMPTY : beginning(answer);
    } catch (error) {
      if (!(error instanceof EngineError || error instanceof ProtocolError)) throw error;
      const { code, message } = toProblem(error);
      handle.problem({ code, message: `The question "${text}" was refused. ${message}` });
      return EMPTY;
    }
  };
  handle.feed(withQuestions(new PulledVideo(video), questions, ask));
  return handle;
}

/**
 * Plays a video through the engine and gives the events of the WebSocket protocol: thoughts and answers as they come,
 * then `session.stats` and `session.closed`. When something goes wrong, an `error` event comes, and `session.closed`
 * has the reason `failed`. Unsubscribing ends the replay at once.
 *
 * @example
 * ```ts
 * replay({ engine, input: "street.mp4", pace: "max" }).subscribe((event) => console.log(JSON.stringify(event)));
 * ```
 * @throws {EngineError} on subscription, for options out of range
 */
export function replay(options: ReplayOptions): Observable<ServerEvent> {
  return new Observable<ServerEvent>((subscriber) => {
    const stream = startReplay(options);
    const listening = stream.log.from(null).subscribe({
      next: (entry) => "event" in entry && subscriber.next(entry.event),
      complete: () => subscriber.complete(),
    });
    return () => {
      listening.unsubscribe();
      stream.close();
    };
  });
}
