import { Hono } from "hono";
import { fromEvent, lastValueFrom, map, type Observable, takeUntil, timer, toArray } from "rxjs";
import { z } from "zod";
import { asideEvent, CLIENT_MESSAGES, errorEvent, type ServerEvent } from "../../../protocol/mod.ts";
import { requireQuestion } from "../../auth/client.ts";
import type { AppEnv } from "../app-env.ts";
import { HttpProblem } from "../http-problem.ts";
import { jsonBody, jsonOnly } from "../json-body.ts";
import { type AnswerEvent, answerOf, askStream } from "./answer.ts";
import { requireMay, requireStream, type StreamResources } from "./shared.ts";
import { sseAnswer, sseMessage } from "./sse.ts";

/** What a question may be, over the WebSocket too. */
const { text } = CLIENT_MESSAGES["conversation.item.create"].shape.item.shape.content.element.shape;

/** How long the connection may stand still after the answer has timed out (ms). */
const LAST_WORD_MS = 5_000;

const askBody = z.strictObject({ question: text, stream: z.boolean().default(false) });

/** `POST /v1/streams/{id}/ask`: an answer, as JSON when it is complete, or its events as they come. */
export function askResource(resources: StreamResources): Hono<AppEnv> {
  const { limits, questions } = resources;
  const app = new Hono<AppEnv>();
  app.post("/v1/streams/:id/ask", jsonOnly(limits.maxBodyBytes), async (c) => {
    const id = c.req.param("id");
    requireMay(c, "ask", id);
    const stream = requireStream(resources, id);
    const { question, stream: asEvents } = await jsonBody(c, askBody);
    questions.of(stream).spend();
    requireQuestion(c.get("client"));
    // While it waits for its answer, the connection stands still.
    c.env.incoming.socket.setTimeout(limits.answerTimeoutMs + LAST_WORD_MS);
    const answer$ = askStream(stream, question).pipe(
      // Whoever has left needs no answer.
      takeUntil(fromEvent(c.env.outgoing, "close")),
      takeUntil(timer(limits.answerTimeoutMs).pipe(map(() => tooLong(limits.answerTimeoutMs)))),
    );
    if (asEvents) return sseAnswer(c, bodyOf(answer$));
    const answer = answerOf(question, await lastValueFrom(answer$.pipe(toArray())));
    if (answer !== null) return c.json(answer);
    throw new HttpProblem(409, "stream_closed", `The stream ${id} has ended before it gave an answer.`);
  });
  return app;
}

/** The events of an answer as they come. A failure is the last one. */
function bodyOf(answer$: Observable<AnswerEvent>): ReadableStream<Uint8Array> {
  const text = new TextEncoder();
  return new ReadableStream({
    start(controller) {
      let next = 0;
      const send = (event: ServerEvent) => controller.enqueue(text.encode(sseMessage(event)));
      answer$.subscribe({
        next: ({ number, event }) => {
          next = number + 1;
          send(event);
        },
        complete: () => controller.close(),
        error: ({ code, message }: HttpProblem) => {
          send(asideEvent(next, 1, errorEvent({ code, message })));
          controller.close();
        },
      });
    },
  });
}

function tooLong(limitMs: number): never {
  throw new HttpProblem(
    504,
    "answer_timeout",
    `The answer took more than ${limitMs} ms and was cancelled. Ask again later, or raise limits.answer_timeout_ms.`,
  );
}
