import { setTimeout as delay } from "node:timers/promises";

/** A server's answer on its way to the client. */
export interface Reply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** The body: of a stream one event after the other, of any other answer all at once. */
  readonly events: AsyncIterable<Buffer>;
}

/**
 * What goes wrong with an answer.
 *
 * @param ask asks the real server
 * @param gone aborts when the client has left or the proxy is closed
 */
export type Fault = (ask: () => Promise<Reply>, gone: AbortSignal) => Promise<Reply>;

/** Thrown in the middle of a reply: the connection breaks there. */
export class Cut extends Error {}

type Events = AsyncIterable<Buffer>;

const bend =
  (change: (events: Events, gone: AbortSignal) => Events): Fault =>
  async (ask, gone) => {
    const reply = await ask();
    return { ...reply, events: change(reply.events, gone) };
  };

async function* once(text: string): Events {
  yield Buffer.from(text);
}

/** Passes some events on, then goes on in another way with the rest. */
async function* after(count: number, events: Events, then: (rest: Events) => Events): Events {
  const iterator = events[Symbol.asyncIterator]();
  for (let passed = 0; passed < count; passed++) {
    const next = await iterator.next();
    if (next.done) return;
    yield next.value;
  }
  yield* then({ [Symbol.asyncIterator]: () => iterator });
}

/** Waits before anything of the answer is passed on, its status included. */
export function slow(ms: number): Fault {
  return async (ask, gone) => {
    const reply = await ask();
    await delay(ms, undefined, { signal: gone });
    return reply;
  };
}

/** Passes some events on, then nothing for a time; without one for as long as the client waits. */
export function stall(afterEvents: number, ms?: number): Fault {
  return bend((events, gone) =>
    after(afterEvents, events, async function* (rest) {
      // A timer's longest time is 24 days.
      await delay(ms ?? 2 ** 31 - 1, undefined, { signal: gone });
      yield* rest;
    }),
  );
}

/** Passes some events on, then breaks the connection. */
export function cut(afterEvents: number): Fault {
  return bend((events) =>
    // biome-ignore lint/correctness/useYield: it breaks before it has anything to give
    after(afterEvents, events, async function* () {
      throw new Cut();
    }),
  );
}

/** Passes some events on and ends the answer as if it were whole. */
export function endEarly(afterEvents: number): Fault {
  return bend((events) => after(afterEvents, events, async function* () {}));
}

/** Breaks the connection in place of an answer. */
export function hangUp(): Fault {
  return async () => {
    throw new Cut();
  };
}

/** An error in the form of OpenAI's API, without asking the server. */
export function status(code: number, { retryAfter }: { readonly retryAfter?: string } = {}): Fault {
  const message = `The proxy answers ${code} on purpose.`;
  return async () => ({
    status: code,
    headers: {
      "content-type": "application/json",
      ...(retryAfter === undefined ? {} : { "retry-after": retryAfter }),
    },
    events: once(JSON.stringify({ error: { message, type: "injected_fault", code } })),
  });
}

/** The page of some other program in front of the server. */
export function html(code = 200): Fault {
  return async () => ({
    status: code,
    headers: { "content-type": "text/html" },
    events: once("<!doctype html><title>Welcome</title><h1>It works!</h1>"),
  });
}

/** The right answer under a wrong type. */
export function contentType(type: string): Fault {
  return async (ask) => {
    const reply = await ask();
    return { ...reply, headers: { ...reply.headers, "content-type": type } };
  };
}

/** The right answer in chunks of so many bytes, which break lines and characters anywhere. */
export function split(bytes: number): Fault {
  return bend(async function* (events) {
    for await (const event of events)
      for (let at = 0; at < event.length; at += bytes) yield event.subarray(at, at + bytes);
  });
}

/** The right answer without `usage`, and without llama.cpp's `timings`. */
export function withoutUsage(): Fault {
  return bend(async function* (events) {
    for await (const event of events) {
      const text = event.toString();
      const [, before, json] = /^((?:data: )?)(\{.*\})\s*$/s.exec(text) ?? [];
      if (json === undefined) yield event;
      else {
        const { usage: _, timings: __, ...rest } = JSON.parse(json);
        yield Buffer.from(`${before}${JSON.stringify(rest)}${before ? "\n\n" : ""}`);
      }
    }
  });
}

/** Passes some events on, breaks the JSON of the next, and goes on. */
export function garble(afterEvents: number): Fault {
  return bend(async function* (events) {
    let passed = 0;
    for await (const event of events) {
      const half = Buffer.concat([event.subarray(0, event.length / 2), Buffer.from("\n\n")]);
      yield passed++ === afterEvents ? half : event;
    }
  });
}

/** Says the events up to the given one, then that one again and again, until the client leaves. */
export function endless(event: number, everyMs = 1): Fault {
  return bend((events, gone) =>
    after(event, events, async function* (rest) {
      for await (const repeated of rest) {
        for (;;) {
          yield repeated;
          await delay(everyMs, undefined, { signal: gone });
        }
      }
    }),
  );
}
