import { defer, finalize, from, map, Observable, switchMap, takeUntil, timer } from "rxjs";
import type { Engine, StreamOptions } from "../../engine/mod.ts";
import type { NetworkPolicy } from "../../ingest/mod.ts";
import type { FaultListener } from "../../streams/mod.ts";
import { type Client, requireQuestion } from "../auth/client.ts";
import { may } from "../auth/grant.ts";
import { HttpProblem, toHttpProblem } from "../http/http-problem.ts";
import { type AnswerEvent, askStream } from "../http/streams/answer.ts";
import { requireGrant, requireStream, type StreamResources } from "../http/streams/shared.ts";
import type { Limits } from "../limits.ts";
import { type AnswerPart, answerParts } from "./answer-parts.ts";
import { askAbout } from "./ask-about.ts";
import type { Asking } from "./asking.ts";
import { loadMedia } from "./media.ts";

export interface AnswersOptions {
  readonly engine: Engine;
  readonly resources: Pick<StreamResources, "streams" | "cameras" | "questions" | "limits">;
  /** What the URLs of an administrator's pictures and videos may reach. Those of others: public addresses only. */
  readonly network: NetworkPolicy;
  readonly onFault: FaultListener;
}

/**
 * Answers for clients of OpenAI's API, over HTTP and over `/v1/realtime`: from a live stream at once, or about pictures and
 * videos that are shown to a stream of their own.
 */
export class Answers {
  private running = 0;
  private asked = 0;

  constructor(private readonly options: AnswersOptions) {}

  get limits(): Limits {
    return this.options.resources.limits;
  }

  /** How many answers are being made. */
  get size(): number {
    return this.running;
  }

  /** The model that answers. */
  get model(): Engine["model"] {
    return this.options.engine.model;
  }

  /**
   * Takes the place of one answer.
   *
   * @returns what gives it back; it may be called twice
   * @throws {HttpProblem} 429 `too_many_completions`
   */
  enter(): () => void {
    const { maxCompletions } = this.limits;
    if (this.running >= maxCompletions) {
      const message = `This server makes ${maxCompletions} answers at once (limits.max_completions), and no other one. Try again soon.`;
      throw new HttpProblem(429, "too_many_completions", message);
    }
    this.running++;
    let isIn = true;
    return () => {
      if (isIn) this.running--;
      isIn = false;
    };
  }

  /**
   * Whether a client may ask that at all. Nothing has to be known of the question for it.
   *
   * @throws {HttpProblem} 403 `forbidden`
   */
  requireMay({ grant }: Client, stream: string | null): void {
    requireGrant(grant, "ask", stream ?? undefined);
    if (stream !== null) return;
    requireGrant(grant, "push");
    if (grant.streams === null) return;
    const message = `The token ${grant.name} is for the streams ${[...grant.streams].join(", ")}. It may not send pictures of its own.`;
    throw new HttpProblem(403, "forbidden", message);
  }

  /**
   * Whether a live stream is there to be asked.
   *
   * @throws {HttpProblem} 404, or 409 where a camera has no stream yet
   */
  requireThere(stream: string | null): void {
    if (stream !== null) requireStream(this.options.resources, stream);
  }

  /**
   * Answers a question. Nothing happens before somebody subscribes; unsubscribing cancels the answer.
   *
   * @throws as an error of the observable: {HttpProblem}, and what asking a stream throws
   */
  answer(asking: Asking, client: Client): Observable<AnswerPart> {
    const { completionTimeoutMs } = this.limits;
    const events$ = defer(() => {
      this.requireMay(client, asking.stream);
      return asking.stream === null
        ? this.aboutMedia(asking, client)
        : this.fromStream(asking.stream, asking.question, client);
    });
    return answerParts(asking.question, events$).pipe(
      takeUntil(timer(completionTimeoutMs).pipe(map(() => tooLong(completionTimeoutMs)))),
    );
  }

  /** What a client is told of an error of {@link answer}. A fault of the server is logged. */
  problemOf(error: unknown): HttpProblem {
    return toHttpProblem(error, (fault) => this.options.onFault(fault, "An answer has failed."));
  }

  private fromStream(id: string, question: string, client: Client): Observable<AnswerEvent> {
    const { resources } = this.options;
    const stream = requireStream(resources, id);
    resources.questions.of(stream).spend();
    requireQuestion(client);
    return askStream(stream, question);
  }

  private aboutMedia(asking: Asking, client: Client): Observable<AnswerEvent> {
    const { engine, onFault } = this.options;
    const { limits } = this;
    this.requirePlace();
    requireQuestion(client);
    const leave = client.allowance.enter();
    if (leave === null) {
      const message = `The token ${client.grant.name} has as many sessions and answers as it may. Try again later.`;
      throw new HttpProblem(429, "too_many_sessions", message);
    }
    const network = may(client.grant, "admin") ? this.options.network : {};
    const media$ = abortable((signal) => loadMedia(asking.media, { limits, network, signal }));
    return media$.pipe(
      switchMap((media) => {
        // Others may have come while something was fetched.
        this.requirePlace();
        const { question } = asking;
        const id = `completion_${this.asked++}`;
        return askAbout({ id, engine, limits, media, question, options: optionsOf(asking, engine), onFault });
      }),
      finalize(leave),
    );
  }

  /** @throws {HttpProblem} 429 when every place of the engine is in use or promised */
  private requirePlace(): void {
    if (this.options.resources.streams.spare > 0) return;
    const message =
      "The model has as many streams as it can have, and no place for this answer. Try again later.";
    throw new HttpProblem(429, "too_many_streams", message);
  }
}

function optionsOf({ instructions, wishes }: Asking, { model }: Engine): StreamOptions {
  const { temperature, seed, answerTokens = Number.POSITIVE_INFINITY } = wishes;
  return {
    ...(instructions !== null && { instructions }),
    ...(temperature !== undefined && { temperature }),
    ...(seed !== undefined && { seed }),
    answerTokens: Math.min(answerTokens, model.limits.answerTokens),
  };
}

/** What a promise gives; unsubscribing aborts its signal. */
function abortable<T>(make: (signal: AbortSignal) => Promise<T>): Observable<T> {
  return new Observable((subscriber) => {
    const cancel = new AbortController();
    subscriber.add(() => cancel.abort());
    return from(make(cancel.signal)).subscribe(subscriber);
  });
}

function tooLong(limitMs: number): never {
  throw new HttpProblem(
    504,
    "answer_timeout",
    `The answer took more than ${limitMs} ms and was cancelled. Send less video, or raise limits.completion_timeout_ms.`,
  );
}
