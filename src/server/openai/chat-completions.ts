import { type Context, Hono, type MiddlewareHandler } from "hono";
import {
  firstValueFrom,
  fromEvent,
  lastValueFrom,
  type Observable,
  ReplaySubject,
  type Subscription,
  takeUntil,
} from "rxjs";
import type { AppEnv } from "../http/app-env.ts";
import { errorObject } from "../http/http-error.ts";
import { HttpProblem } from "../http/http-problem.ts";
import { jsonBody, jsonOnly } from "../http/json-body.ts";
import { sseAnswer } from "../http/streams/sse.ts";
import type { AnswerPart } from "./answer-parts.ts";
import type { Answers } from "./answers.ts";
import { askingOf } from "./asking.ts";
import { ChatChunks, completionObject, newHead } from "./chat-objects.ts";
import { chatRequest, requireSupported, turnsOf, wishesOf } from "./chat-request.ts";
import { requireFewWords } from "./large-json.ts";

/** How long the connection may stand still after a completion has timed out (ms). */
const LAST_WORD_MS = 5_000;

/** `POST /v1/chat/completions`: an answer about pictures, videos or a live stream, in the shape of OpenAI's API. */
export function chatCompletions(answers: Answers): Hono<AppEnv> {
  const { limits } = answers;
  const app = new Hono<AppEnv>();
  app.post("/v1/chat/completions", place(answers), jsonOnly(limits.maxCompletionBytes), async (c) => {
    requireFewWords(await c.req.text());
    const body = await jsonBody(c, chatRequest);
    requireSupported(body);
    const asking = askingOf(body.model, turnsOf(body), answers.model, {
      wishes: wishesOf(body),
      param: "messages",
    });
    // While it waits for its answer, the connection stands still.
    c.env.incoming.socket.setTimeout(limits.completionTimeoutMs + LAST_WORD_MS);
    const head = newHead(body.model);
    c.header("X-Request-Id", head.id);
    // Whoever has left needs no answer.
    const parts$ = answers
      .answer(asking, c.get("client"))
      .pipe(takeUntil(fromEvent(c.env.outgoing, "close")));
    if (body.stream !== true) {
      const done = await lastValueFrom(parts$, { defaultValue: null });
      if (done?.type !== "done") throw left();
      return c.json(completionObject(head, done, asking.ignored));
    }
    const chunks = new ChatChunks(head, body.stream_options?.include_usage === true);
    const toError = (error: unknown) => {
      const { status, code, message, param } = answers.problemOf(error);
      return { error: errorObject(status, code, message, param) };
    };
    return sseAnswer(c, await chunksBody(parts$, chunks, asking.ignored, toError));
  });
  return app;
}

/** Nobody hears it. */
function left(): HttpProblem {
  return new HttpProblem(409, "client_left", "The client has left before its answer was complete.");
}

/**
 * Keeps a place for an answer, before its body is read, until it has been sent. A client whose token has used up its
 * bytes is refused.
 */
function place(answers: Answers): MiddlewareHandler<AppEnv> {
  return async (c, next) => {
    requireBytes(c);
    c.env.outgoing.once("close", answers.enter());
    const { bytes } = c.get("client").allowance;
    const length = Number(c.req.header("content-length") ?? answers.limits.maxCompletionBytes);
    bytes?.spend(Math.min(length, answers.limits.maxCompletionBytes), performance.now());
    await next();
  };
}

/** @throws {HttpProblem} 429 `too_many_bytes` */
function requireBytes(c: Context<AppEnv>): void {
  const { allowance, grant } = c.get("client");
  const waitMs = allowance.bytes?.waitMs(performance.now()) ?? 0;
  if (waitMs === 0) return;
  c.header("Retry-After", String(Math.ceil(waitMs / 1000)));
  const message = `The token ${grant.name} has sent as many bytes as it may. Send again in ${Math.ceil(waitMs / 1000)} s.`;
  throw new HttpProblem(429, "too_many_bytes", message);
}

/**
 * The chunks of an answer as server-sent events. It waits for the first word, so that what cannot be answered has an HTTP
 * status. What goes wrong later is told as the last event.
 */
async function chunksBody(
  parts$: Observable<AnswerPart>,
  chunks: ChatChunks,
  ignored: readonly string[],
  toError: (error: unknown) => object,
): Promise<ReadableStream<Uint8Array>> {
  const parts = new ReplaySubject<AnswerPart>();
  parts$.subscribe(parts);
  if ((await firstValueFrom(parts, { defaultValue: null })) === null) throw left();
  const text = new TextEncoder();
  let listening: Subscription;
  return new ReadableStream({
    start(controller) {
      const send = (data: unknown) =>
        controller.enqueue(
          text.encode(`data: ${typeof data === "string" ? data : JSON.stringify(data)}\n\n`),
        );
      send(chunks.first());
      listening = parts.subscribe({
        next: (part) => {
          if (part.type === "text") return send(chunks.text(part.delta));
          send(chunks.last(part, ignored));
          if (chunks.withUsage) send(chunks.usage(part));
          send("[DONE]");
        },
        error: (error: unknown) => {
          send(toError(error));
          controller.close();
        },
        complete: () => controller.close(),
      });
    },
    cancel: () => listening.unsubscribe(),
  });
}
