import { createParser } from "eventsource-parser";

/** The data of server-sent events, as they come. Leaving the loop closes the connection. */
export async function* serverSentEvents(response: Response): AsyncGenerator<string> {
  const found: string[] = [];
  const parser = createParser({ onEvent: ({ data }) => found.push(data) });
  const text = new TextDecoder();
  const reader = response.body?.getReader();
  if (reader === undefined) return;
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      parser.feed(text.decode(value, { stream: true }));
      yield* found.splice(0);
    }
  } finally {
    // Of a connection that is broken already, nothing is left to close.
    await reader.cancel().catch(() => {});
  }
}
