import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { hasLlama, type LlamaServer, startLlamaServer } from "./llama-server.ts";
import { picture } from "./server.ts";

interface Answer {
  readonly choices: readonly { readonly message: { readonly content: string } }[];
  readonly usage: {
    readonly prompt_tokens: number;
    readonly prompt_tokens_details: { readonly cached_tokens: number };
  };
}

/** Takes the server more than half a minute. */
const ENDLESS = { stream: true, max_tokens: 4000, ignore_eos: true };

interface Ask {
  readonly text?: string;
  readonly headers?: Record<string, string>;
  readonly signal?: AbortSignal;
  /** Further fields of the request. */
  readonly body?: object;
}

async function ask(
  server: LlamaServer,
  colours: readonly string[],
  { text = "What is it?", headers = {}, signal, body = {} }: Ask = {},
): Promise<Response> {
  const pictures = await Promise.all(colours.map((colour) => picture("jpeg", { colour })));
  const content = pictures.map((jpeg) => ({
    type: "image_url",
    image_url: { url: `data:image/jpeg;base64,${jpeg.toString("base64")}` },
  }));
  const messages = [
    { role: "system", content: "You watch a camera." },
    { role: "user", content: [...content, { type: "text", text }] },
  ];
  return fetch(`${server.url}/v1/chat/completions`, {
    method: "POST",
    headers: { "content-type": "application/json", ...headers },
    body: JSON.stringify({ messages, max_tokens: 8, temperature: 0, ...body }),
    signal: signal ?? null,
  });
}

async function answerTo(server: LlamaServer, colours: readonly string[]): Promise<Answer> {
  const response = await ask(server, colours);
  expect(response.status).toBe(200);
  return (await response.json()) as Answer;
}

describe.skipIf(!hasLlama)("a real llama.cpp server", () => {
  let server: LlamaServer;
  beforeAll(async () => {
    server = await startLlamaServer();
  });
  afterAll(() => server?.kill());

  it("answers about a picture in words, in the same ones each time", async () => {
    const first = await answerTo(server, ["red"]);
    expect(first.choices[0]!.message.content).toMatch(/[a-z]{3}/i);
    expect((await answerTo(server, ["red"])).choices[0]!.message.content).toBe(
      first.choices[0]!.message.content,
    );
  });

  it("keeps the prompt of the request before: an appended picture costs itself and the text after it", async () => {
    const one = await answerTo(server, ["navy"]);
    const two = await answerTo(server, ["navy", "orange"]);
    const added = two.usage.prompt_tokens - one.usage.prompt_tokens;
    expect(added).toBeGreaterThan(10);
    const { cached_tokens } = two.usage.prompt_tokens_details;
    expect(cached_tokens).toBeGreaterThan(one.usage.prompt_tokens - 20);
    expect(cached_tokens).toBeLessThanOrEqual(one.usage.prompt_tokens);
  });

  it("streams, and frees the slot of a client that leaves", async () => {
    const leave = new AbortController();
    const response = await ask(server, ["red"], { body: ENDLESS, signal: leave.signal });
    const chunks = response.body!.pipeThrough(new TextDecoderStream())[Symbol.asyncIterator]();
    let heard = "";
    while (!heard.includes('"content":"')) heard += (await chunks.next()).value;
    const busy = async () => (await server.slots()).filter((slot) => slot.is_processing).length;
    expect(await busy()).toBe(1);
    leave.abort();
    await expect.poll(busy, { timeout: 20_000 }).toBe(0);
  });

  it("breaks its streams when it is killed, and answers on the same port when it is back", async () => {
    const { url } = server;
    const response = await ask(server, ["red"], { body: ENDLESS });
    await server.kill();
    await expect(response.text()).rejects.toThrow();
    await expect(ask(server, ["red"])).rejects.toThrow();
    await server.restart();
    expect(server.url).toBe(url);
    await answerTo(server, ["red"]);
  });
});

describe.skipIf(!hasLlama)("a llama.cpp server by its options", () => {
  it("has no eyes, a short context, a name and one slot, and asks for its key", async () => {
    const apiKey = "secret-of-the-test";
    await using server = await startLlamaServer({
      images: false,
      contextLength: 512,
      model: "blind",
      slots: 1,
      apiKey,
    });
    expect((await ask(server, [])).status).toBe(401);
    const headers = { authorization: `Bearer ${apiKey}` };
    const named = await ask(server, [], { headers });
    expect(await named.json()).toMatchObject({ model: "blind" });
    const shown = await ask(server, ["red"], { headers });
    expect(shown.status).toBeGreaterThanOrEqual(400);
    expect(await shown.text()).toContain("image input is not supported");
    const long = await ask(server, [], { text: "word ".repeat(600), headers });
    expect(long.status).toBe(400);
    expect(await long.json()).toMatchObject({ error: { type: "exceed_context_size_error" } });
    expect(await server.slots()).toHaveLength(1);
  });
});
