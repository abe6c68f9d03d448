import { once } from "node:events";
import { createServer } from "node:net";
import { filter, firstValueFrom } from "rxjs";
import { describe, expect, it } from "vitest";
import {
  type ChatRequest,
  RemoteError,
  RemoteModel,
  type RemoteModelOptions,
} from "../../../../src/backends/openai/client/mod.ts";
import {
  type Answer,
  begin,
  ChatServer,
  delta,
  error,
  json,
  opens,
  says,
  send,
  status,
} from "../../../support/chat-server.ts";

const KEY = "sk-very-secret-key";

function request(some: Partial<ChatRequest> = {}): ChatRequest {
  const { signal } = new AbortController();
  const messages = [{ role: "user", parts: [{ type: "text", text: "What is there?" }] }] as const;
  return { messages, maxTokens: 8, temperature: 0, seed: null, signal, urgent: false, ...some };
}

async function connected(servers: readonly ChatServer[], more: Partial<RemoteModelOptions> = {}) {
  const remote = await RemoteModel.connect({ baseUrls: servers.map(({ url }) => url), ...more });
  return Object.assign(remote, { [Symbol.asyncDispose]: () => remote.close() });
}

async function failure(run: () => Promise<unknown>): Promise<RemoteError> {
  const failed = await run().then(
    (value) => value,
    (thrown: unknown) => thrown,
  );
  expect(failed).toBeInstanceOf(RemoteError);
  return failed as RemoteError;
}

/** What a chat with one server that answers so comes to. */
async function chatFailure(answer: Answer, more: Partial<RemoteModelOptions> = {}): Promise<RemoteError> {
  await using server = await ChatServer.start({ chats: [answer] });
  await using remote = await connected([server], more);
  return await failure(() => remote.chat(request(), () => undefined));
}

describe("RemoteModel.chat", () => {
  it("streams what the model says, with the server's counts", async () => {
    await using server = await ChatServer.start();
    await using remote = await connected([server], { apiKey: KEY });
    const deltas: string[] = [];
    const result = await remote.chat(request({ seed: 7, stop: ["\n"] }), (text) => deltas.push(text));
    expect(result).toMatchObject({
      text: "Hello there",
      finish: "stop",
      usage: { prompt: 20, cached: 12, generated: 2 },
    });
    expect(deltas).toEqual(["Hello", " there"]);
    const [{ headers, body, path }] = server.chatsGot as [ChatServer["got"][number]];
    expect([path, headers.authorization]).toEqual(["/v1/chat/completions", `Bearer ${KEY}`]);
    expect(body).toEqual({
      model: "eye",
      messages: [{ role: "user", content: "What is there?" }],
      max_tokens: 8,
      temperature: 0,
      seed: 7,
      stop: ["\n"],
      stream: true,
      stream_options: { include_usage: true },
    });
  });

  it("counts what it asks of its servers, what fails, and what their prefix caches knew", async () => {
    await using server = await ChatServer.start({
      chats: [says("Hello", " there"), error(400, "no"), opens()],
    });
    await using gone = await ChatServer.start();
    await using remote = await connected([server, gone]);
    await gone.die();
    expect(remote.figures).toMatchObject({ servers: 2, requests: 0, failed: 0, inFlight: 0 });
    await remote.chat(request(), () => undefined);
    expect(remote.figures).toMatchObject({ requests: 1, failed: 0, prefilledTokens: 8, cachedTokens: 12 });
    await failure(() => remote.chat(request(), () => undefined));
    expect(remote.figures).toMatchObject({ requests: 2, failed: 1 });
    const stop = new AbortController();
    const hanging = remote.chat(request({ signal: stop.signal }), () => undefined);
    await server.hasChats(3);
    expect(remote.figures.inFlight).toBe(1);
    stop.abort();
    await expect(hanging).rejects.toThrowError();
    expect(remote.figures).toMatchObject({ requests: 3, failed: 1, inFlight: 0 });
  });

  it("sends pictures as data URLs, in their place", async () => {
    await using server = await ChatServer.start();
    await using remote = await connected([server]);
    const jpeg = Buffer.from("xxJPEGxx").subarray(2, 6);
    const parts = [
      { type: "picture", jpeg },
      { type: "text", text: "What?" },
    ] as const;
    await remote.chat(request({ messages: [{ role: "user", parts }] }), () => undefined);
    expect(server.chatsGot[0]!.body.messages[0].content).toEqual([
      {
        type: "image_url",
        image_url: { url: `data:image/jpeg;base64,${Buffer.from("JPEG").toString("base64")}` },
      },
      { type: "text", text: "What?" },
    ]);
  });

  it("puts characters together that arrive in pieces", async () => {
    const bytes = Buffer.from(
      `data: ${JSON.stringify(delta("naïve ☕"))}\r\n\r\ndata: ${JSON.stringify(delta("", "length"))}\n\n`,
    );
    const answer: Answer = async (response) => {
      begin(response);
      for (const byte of bytes) {
        response.write(Buffer.from([byte]));
        await new Promise(setImmediate);
      }
      response.end();
    };
    await using server = await ChatServer.start({ chats: [answer] });
    await using remote = await connected([server]);
    // No counts: the pieces are counted.
    expect(await remote.chat(request(), () => undefined)).toMatchObject({
      text: "naïve ☕",
      finish: "length",
      usage: { prompt: 0, cached: null, generated: 1 },
    });
  });

  it("reads a whole completion from a server that does not stream", async () => {
    const body = {
      choices: [{ message: { content: "A cat." }, finish_reason: "stop" }],
      usage: { prompt_tokens: 3, completion_tokens: 3 },
    };
    await using server = await ChatServer.start({ chats: [json(body)] });
    await using remote = await connected([server]);
    const deltas: string[] = [];
    const { text, usage } = await remote.chat(request(), (each) => deltas.push(each));
    expect([text, deltas, usage]).toEqual(["A cat.", ["A cat."], { prompt: 3, cached: null, generated: 3 }]);
  });

  it("closes the connection when the signal is aborted, in the middle and before the first token", async () => {
    await using server = await ChatServer.start({ chats: [opens(delta("Hel")), () => undefined] });
    await using remote = await connected([server]);
    for (const place of ["middle", "before"] as const) {
      const stop = new AbortController();
      const before = server.chatsGot.length;
      const running = remote.chat(request({ signal: stop.signal }), () => stop.abort(new Error("enough")));
      await server.hasChats(before + 1);
      if (place === "before") stop.abort(new Error("enough"));
      await expect(running).rejects.toThrow("enough");
      await server.chatsGot.at(-1)!.left;
    }
    expect(server.chatsGot).toHaveLength(2);
  });

  it("ends its requests when it is closed", async () => {
    await using server = await ChatServer.start({ chats: [() => undefined] });
    const remote = await connected([server]);
    const running = remote.chat(request(), () => undefined);
    const expected = expect(running).rejects.toMatchObject({ name: "AbortError" });
    await server.hasChats(1);
    await remote.close();
    await expected;
    await server.chatsGot[0]!.left;
  });

  it("stops a server that never ends", async () => {
    const endless: Answer = async (response, { left }) => {
      let isOver = false;
      void left.then(() => {
        isOver = true;
      });
      begin(response);
      while (!isOver) {
        send(response, delta("and "));
        await new Promise(setImmediate);
      }
    };
    await using server = await ChatServer.start({ chats: [endless] });
    await using remote = await connected([server]);
    const { finish, text } = await remote.chat(request(), () => undefined);
    expect(finish).toBe("length");
    expect(text.length).toBeLessThan(400);
    await server.chatsGot[0]!.left;
  });

  it("has the whole text of a server that keeps the connection after its end", async () => {
    await using server = await ChatServer.start({ chats: [opens(delta("All."), delta("", "stop"))] });
    await using remote = await connected([server]);
    expect((await remote.chat(request(), () => undefined)).text).toBe("All.");
  });
});

describe("RemoteModel tries again", () => {
  it.each<[string, Answer]>([
    ["500", error(500, "out of luck")],
    ["429", error(429, "slow down", { "retry-after": "0" })],
    ["a broken connection", (response) => void response.destroy()],
    [
      "an end before the first piece",
      (response) => {
        begin(response);
        response.write(": hello\n\n", () => response.destroy());
      },
    ],
  ])("after %s", async (_, answer) => {
    await using server = await ChatServer.start({ chats: [answer, says("Yes")] });
    await using remote = await connected([server]);
    expect((await remote.chat(request(), () => undefined)).text).toBe("Yes");
    expect(server.chatsGot).toHaveLength(2);
  });

  it("not before the server wants it", async () => {
    await using server = await ChatServer.start({
      chats: [error(429, "wait", { "retry-after": "1" }), says("Yes")],
    });
    await using remote = await connected([server]);
    const startedAt = performance.now();
    await remote.chat(request(), () => undefined);
    expect(performance.now() - startedAt).toBeGreaterThan(990);
  });

  it("on another server at once", async () => {
    const busy = error(503, "full", { "retry-after": "25" });
    await using one = await ChatServer.start({ chats: [busy] });
    await using two = await ChatServer.start({ chats: [says("Two")] });
    await using remote = await connected([one, two]);
    expect((await remote.chat(request(), () => undefined)).text).toBe("Two");
    expect([one.chatsGot.length, two.chatsGot.length]).toEqual([1, 1]);
  });

  it("never after a piece was given out", async () => {
    const cut: Answer = (response) => {
      begin(response);
      response.write(`data: ${JSON.stringify(delta("Hel"))}\n\n`, () =>
        setTimeout(() => response.destroy(), 20),
      );
    };
    await using server = await ChatServer.start({ chats: [cut, says("Hello")] });
    await using remote = await connected([server]);
    const deltas: string[] = [];
    const { code } = await failure(() => remote.chat(request(), (text) => deltas.push(text)));
    expect([code, deltas, server.chatsGot.length]).toEqual(["remote_cut", ["Hel"], 1]);
  });

  it("gives up in the end", async () => {
    await using server = await ChatServer.start({ chats: [error(500, "always")] });
    await using remote = await connected([server]);
    const always = await failure(() => remote.chat(request(), () => undefined));
    expect([always.code, server.chatsGot.length]).toEqual(["remote_failed", 4]);
  });

  it("gives up at once when the signal is aborted", async () => {
    await using server = await ChatServer.start({ chats: [error(429, "later", { "retry-after": "25" })] });
    await using remote = await connected([server]);
    const stop = new AbortController();
    const running = remote.chat(request({ signal: stop.signal }), () => undefined);
    await server.hasChats(1);
    stop.abort(new Error("enough"));
    await expect(running).rejects.toThrow("enough");
  });

  it("gives up at once when it would have to wait for long, and leaves the server alone until then", async () => {
    await using server = await ChatServer.start({
      chats: [error(429, "tomorrow", { "retry-after": "86400" })],
    });
    await using remote = await connected([server]);
    for (const urgent of [false, false, true]) {
      const { code, retryAfterMs } = await failure(() => remote.chat(request({ urgent }), () => undefined));
      expect(code).toBe("remote_busy");
      expect(retryAfterMs).toBeGreaterThan(86_000_000);
    }
    expect(server.chatsGot).toHaveLength(1);
  });

  it("waits with a question for a server that wants to be left alone, but not with a thought", async () => {
    await using server = await ChatServer.start({
      chats: [error(400, "wait", { "retry-after": "2" }), says("Yes")],
    });
    await using remote = await connected([server]);
    const startedAt = performance.now();
    await failure(() => remote.chat(request(), () => undefined));
    const { code } = await failure(() => remote.chat(request(), () => undefined));
    expect([code, server.chatsGot.length]).toEqual(["remote_busy", 1]);
    expect((await remote.chat(request({ urgent: true }), () => undefined)).text).toBe("Yes");
    expect(performance.now() - startedAt).toBeGreaterThan(1_900);
  });
});

describe("RemoteModel tells what went wrong", () => {
  it.each<[string, Answer, string, RegExp]>([
    [
      "a wrong key",
      error(401, `Incorrect API key: ${KEY}`),
      "remote_refused",
      /refuses the key \(401\).*\[hidden\].*MY_KEY/,
    ],
    ["a forbidden one", status(403, `<html>${KEY}`), "remote_refused", /refuses the key \(403\)/],
    ["a model that is gone", error(404, "model not loaded"), "remote_model_missing", /no model named eye/],
    [
      "no images",
      error(500, "image input is not supported - hint: you may need to provide the mmproj"),
      "remote_no_images",
      /takes no pictures/,
    ],
    [
      "vLLM without images",
      error(400, "At most 0 image(s) may be provided in one prompt."),
      "remote_no_images",
      /takes no pictures/,
    ],
    [
      "Ollama without images",
      error(500, "Failed to create new sequence: this model is missing data required for image input"),
      "remote_no_images",
      /takes no pictures/,
    ],
    [
      "one image",
      error(400, "At most 1 image(s) may be provided in one prompt."),
      "remote_too_many_images",
      /fewer pictures/,
    ],
    [
      "a long prompt",
      status(400, {
        error: {
          message: "request (900 tokens) exceeds the available context size (512 tokens)",
          type: "exceed_context_size_error",
        },
      }),
      "remote_context_too_short",
      /too long for eye.*512 tokens/,
    ],
    [
      "no money",
      status(429, { error: { message: "You exceeded your quota", code: "insufficient_quota" } }),
      "remote_refused",
      /paid first/,
    ],
    [
      "a bad request",
      status(422, { detail: [{ loc: ["body", "seed"], msg: "extra" }] }),
      "remote_failed",
      /refuses the request \(422\).*seed/,
    ],
    [
      "a web page",
      (response) => void response.end("<!DOCTYPE html><p>Hello"),
      "remote_nonsense",
      /a web page/,
    ],
    ["plain text", (response) => void response.end("hello there"), "remote_nonsense", /“hello there”/],
    ["no JSON", opens("{oops"), "remote_nonsense", /“\{oops”/],
    ["a wrong shape", opens({ choices: "none" }), "remote_nonsense", /choices/],
    [
      "an error in the stream",
      opens({ error: { message: `bad ${KEY}`, code: 400 } }),
      "remote_failed",
      /bad \[hidden\]/,
    ],
    [
      "a redirection",
      status(307, "", { location: "http://elsewhere/" }),
      "remote_nonsense",
      /redirection \(307\)/,
    ],
  ])("%s", async (_, answer, code, words) => {
    const failed = await chatFailure(answer, { apiKey: KEY, apiKeyName: "MY_KEY" });
    expect([failed.code, failed.message]).toEqual([code, expect.stringMatching(words)]);
    expect(`${failed.message}${failed.stack}${JSON.stringify(failed)}`).not.toContain(KEY);
    expect(failed.message).toMatch(/[.]$/);
  });

  it.each<[string, Answer]>([
    ["no headers", () => undefined],
    ["headers only", opens()],
  ])("a server that sends %s", async (_, answer) => {
    // A machine that stands still may come back to the first one.
    await using server = await ChatServer.start({ chats: [answer, says("Other")] });
    await using other = await ChatServer.start({ chats: [says("Other")] });
    await using remote = await connected([server, other], { firstTokenTimeoutMs: 100 });
    // Late is late on one server: the other one is asked.
    expect((await remote.chat(request(), () => undefined)).text).toBe("Other");
    await server.chatsGot[0]!.left;
  });

  it("a server that falls silent in the middle", async () => {
    const silent: Answer = opens(delta("Hel"));
    const failed = await chatFailure(silent, { tokenTimeoutMs: 100 });
    expect([failed.code, failed.message]).toEqual([
      "remote_slow",
      expect.stringMatching(/did not send the next token within 0\.1 s/),
    ]);
  });

  it("a whole request that takes too long", async () => {
    const slow: Answer = async (response, { left }) => {
      let isOver = false;
      void left.then(() => {
        isOver = true;
      });
      begin(response);
      send(response, delta("a"));
      while (!isOver) {
        response.write(": still here\n\n");
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    };
    const failed = await chatFailure(slow, { requestTimeoutMs: 200 });
    expect([failed.code, failed.message]).toEqual([
      "remote_slow",
      expect.stringMatching(/the end of its answer within 0\.2 s/),
    ]);
  });
});

describe("RemoteModel.connect", () => {
  it.each<[string, Answer, Partial<RemoteModelOptions>, string, RegExp]>([
    ["no server", status(404), {}, "remote_nonsense", /no OpenAI-compatible server/],
    ["a web page", (response) => void response.end("<html>Hi"), {}, "remote_nonsense", /a web page/],
    ["no list", json({ models: [] }), {}, "remote_nonsense", /models/],
    ["no key", error(401, "key?"), {}, "remote_refused", /asks for a key \(401\).*THINKALONG_API_KEY/],
    [
      "a missing model",
      json({ data: [{ id: "a" }, { id: "b" }] }),
      { model: "c" },
      "remote_model_missing",
      /no model named c\. It has: a, b\./,
    ],
    [
      "several models",
      json({ data: [{ id: "a" }, { id: "b" }] }),
      {},
      "remote_model_missing",
      /2 models\. Name one of them: a, b\./,
    ],
    ["no models", json({ data: [] }), {}, "remote_model_missing", /has no model\. Load one/],
  ])("says so at %s", async (_, models, more, code, words) => {
    await using server = await ChatServer.start({ models });
    const failed = await failure(() => connected([server], more));
    expect([failed.code, failed.message]).toEqual([code, expect.stringMatching(words)]);
  });

  it("says so where nothing listens, where no host is, and where no HTTP is spoken", async () => {
    const silent = await ChatServer.start();
    await silent.die();
    expect((await failure(() => connected([silent]))).message).toMatch(
      /^Nothing listens at 127\.0\.0\.1, port \d+\./,
    );
    const nobody = await failure(() => RemoteModel.connect({ baseUrls: ["http://nobody.invalid/v1"] }));
    expect([nobody.code, nobody.message]).toEqual([
      "remote_unreachable",
      expect.stringMatching(/nobody\.invalid/),
    ]);
    const ssh = createServer((socket) => void socket.end("SSH-2.0-OpenSSH_9\r\n")).listen(0, "127.0.0.1");
    await once(ssh, "listening");
    const { port } = ssh.address() as { port: number };
    const spoken = await failure(() => RemoteModel.connect({ baseUrls: [`127.0.0.1:${port}`] }));
    ssh.close();
    expect([spoken.code, spoken.message]).toEqual([
      "remote_nonsense",
      expect.stringMatching(/does not speak HTTP/),
    ]);
    const port1 = await failure(() => RemoteModel.connect({ baseUrls: ["http://127.0.0.1:1"] }));
    expect(port1.message).toBe("Port 1 is not one for HTTP. Let the server listen at another.");
    for (const bad of ["ftp://host/", "", "http://"])
      expect((await failure(() => RemoteModel.connect({ baseUrls: [bad] }))).message).toMatch(
        /no http or https URL/,
      );
  });

  it("says which of key and password is wrong", async () => {
    await using server = await ChatServer.start({ models: error(401, "no") });
    const url = server.url.replace("http://", "http://me:secret-word@");
    const password = await failure(() => RemoteModel.connect({ baseUrls: [url] }));
    expect(password.message).toMatch(/refuses the user name and password \(401\).*in the base URL\.$/);
    expect(password.message).not.toContain("secret-word");
    const key = await failure(() => RemoteModel.connect({ baseUrls: [url], apiKey: KEY }));
    expect(key.message).toMatch(/refuses the key/);
  });

  it("takes the names of Ollama and Gemini, and a name where there is no list", async () => {
    await using server = await ChatServer.start({
      models: json({ data: [{ id: "llava:latest" }, { id: "models/flash" }] }),
    });
    for (const [name, id] of [
      ["llava", "llava:latest"],
      ["flash", "models/flash"],
    ] as const) {
      await using remote = await connected([server], { model: name });
      expect(remote.info.id).toBe(id);
    }
    server.models = status(404);
    await using remote = await connected([server], { model: "any" });
    expect(remote.info).toEqual({ id: "any", contextTokens: null, takesImages: null });
  });

  it("learns the context and whether there are eyes", async () => {
    const llama = { id: "a", meta: { n_ctx: 4096 }, architecture: { input_modalities: ["text", "image"] } };
    await using server = await ChatServer.start({ models: json({ data: [llama] }) });
    await using remote = await connected([server]);
    expect(remote.info).toEqual({ id: "a", contextTokens: 4096, takesImages: true });
    server.models = json({ data: [{ id: "v", max_model_len: 32768 }] });
    await using other = await connected([server]);
    expect(other.info).toEqual({ id: "v", contextTokens: 32768, takesImages: null });
  });
});

describe("several servers", () => {
  it("share the work, and a prompt goes where its beginning is known", async () => {
    let release = () => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    const slow: Answer = async (response, got) => {
      await held;
      await says("Slow")(response, got);
    };
    await using one = await ChatServer.start({ chats: [slow] });
    await using two = await ChatServer.start({ chats: [slow] });
    await using remote = await connected([one, two]);
    const streams = [0, 1].map((stream) => {
      const parts = [{ type: "picture", jpeg: new Uint8Array([stream]) }] as const;
      return request({ messages: [{ role: "user", parts }] });
    });
    const first = remote.chat(streams[0]!, () => undefined);
    await one.hasChats(1);
    const second = remote.chat(streams[1]!, () => undefined);
    await two.hasChats(1);
    // Both are as busy as each other, or nearly: the prefix decides.
    const third = [0, 1].map(() => remote.chat(streams[1]!, () => undefined));
    await two.hasChats(3);
    // By now the other one is clearly less busy.
    const fourth = [0, 1].map(() => remote.chat(streams[1]!, () => undefined));
    await one.hasChats(2);
    release();
    await Promise.all([first, second, ...third, ...fourth]);
    expect([one.chatsGot.length, two.chatsGot.length]).toEqual([2, 4]);
  });

  it("may die one by one and come back", async () => {
    await using one = await ChatServer.start({ chats: [says("One")] });
    await using two = await ChatServer.start({ chats: [says("Two")] });
    await using remote = await connected([one, two]);
    const told: boolean[] = [];
    remote.health$.subscribe(({ up }) => told.push(up));
    const chat = async () => (await remote.chat(request(), () => undefined)).text;
    expect(await chat()).toBe("One");
    await one.die();
    expect([await chat(), await chat(), remote.health.up]).toEqual(["Two", "Two", true]);
    await two.die();
    expect((await failure(chat)).code).toBe("remote_unreachable");
    expect(remote.health).toMatchObject({ up: false, cause: { code: "remote_unreachable" } });
    await one.listen();
    await firstValueFrom(remote.health$.pipe(filter(({ up }) => up)));
    expect(await chat()).toBe("One");
    expect(told).toEqual([true, false, true]);
  });

  it("start with one that cannot be reached yet, and never with one that is wrong", async () => {
    const late = await ChatServer.start({ models: json({ data: [{ id: "late-name" }] }) });
    await late.die();
    await using server = await ChatServer.start();
    await using remote = await connected([late, server]);
    await remote.chat(request(), () => undefined);
    expect(server.chatsGot).toHaveLength(1);
    await late.listen();
    await server.die();
    expect((await remote.chat(request(), () => undefined)).text).toBe("Hello there");
    expect(late.chatsGot[0]!.body.model).toBe("late-name");
    server.models = error(401, "no");
    await server.listen();
    expect((await failure(() => connected([late, server]))).code).toBe("remote_refused");
    await late.die();
  });
});

describe("a server that takes other fields", () => {
  const refuses =
    (field: string, message: string): Answer =>
    (response, got) =>
      field in got.body ? error(400, message)(response, got) : says("Yes")(response, got);

  it.each<[string, string, string[]]>([
    [
      "max_tokens",
      "Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead.",
      ["max_completion_tokens"],
    ],
    ["temperature", "Unsupported value: 'temperature' does not support 0 with this model.", []],
    ["stream_options", "Unrecognized request argument supplied: stream_options", []],
    ["seed", '[{"type":"extra_forbidden","loc":["body","seed"],"msg":"Extra inputs are not permitted"}]', []],
  ])("is asked without %s from then on", async (field, message, instead) => {
    await using server = await ChatServer.start({ chats: [refuses(field, message)] });
    await using remote = await connected([server]);
    for (let i = 0; i < 2; i++)
      expect((await remote.chat(request({ seed: 1 }), () => undefined)).text).toBe("Yes");
    expect(server.chatsGot.map(({ body }) => field in body)).toEqual([true, false, false]);
    for (const each of instead) expect(server.chatsGot[2]!.body[each]).toBe(8);
  });

  it("is not asked for ever", async () => {
    const failed = await chatFailure(error(400, "Unsupported: max_completion_tokens, temperature"));
    expect([failed.code, failed.status]).toEqual(["remote_failed", 400]);
  });
});
