import type { ReadableStreamReadResult } from "node:stream/web";
import type { MiddlewareHandler } from "hono";
import type { Logger } from "pino";
import { httpError } from "./http-error.ts";

/** The log says at most every so often that files cannot be opened (ms). */
const SAY_EVERY_MS = 10_000;

/**
 * Waits until the file of an answer has been opened. When that fails, most likely because the process has too many open
 * files, the answer is 503, and the log says so in one line.
 */
export function openedFile(log: Logger): MiddlewareHandler {
  let saidAtMs = Number.NEGATIVE_INFINITY;
  return async (c, next) => {
    await next();
    const { body } = c.res;
    if (body === null) return;
    const reader: ReadableStreamDefaultReader<Uint8Array> = body.getReader();
    let first: Awaited<ReturnType<typeof reader.read>>;
    try {
      first = await reader.read();
    } catch (error) {
      if (performance.now() - saidAtMs > SAY_EVERY_MS) {
        saidAtMs = performance.now();
        log.error(
          `A file could not be sent (${(error as Error).message}). If there are too many open files, raise the limit (ulimit -n) or lower --max-sessions.`,
        );
      }
      c.res = undefined;
      c.res = httpError(c, 503, "overloaded", "The server cannot open this file now. Try again later.");
      return;
    }
    c.res = new Response(rejoined(first, reader), c.res);
  };
}

/** A stream of what was read already and what follows. */
function rejoined(
  first: ReadableStreamReadResult<Uint8Array>,
  reader: ReadableStreamDefaultReader<Uint8Array>,
): ReadableStream<Uint8Array> {
  let next: Promise<ReadableStreamReadResult<Uint8Array>> | null = Promise.resolve(first);
  return new ReadableStream({
    async pull(controller) {
      const { done, value } = await (next ?? reader.read());
      next = null;
      if (done) controller.close();
      else controller.enqueue(value);
    },
    cancel: (reason) => reader.cancel(reason),
  });
}
