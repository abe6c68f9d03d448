import { mkdir, readdir, readFile } from "node:fs/promises";
import { request } from "node:http";
import { join } from "node:path";
import OpenAI from "openai";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import type { Engine } from "../../../src/engine/mod.ts";
import { createServer, type Server } from "../../../src/server/mod.ts";
import { startTinyEngine } from "../../support/engine.ts";
import { eventually, makeSound, makeTempDir, makeVideo, serve } from "../../support/media.ts";
import type { Script } from "../../support/scripted-engine.ts";
import { picture, startScriptedServer, until } from "../../support/server.ts";
import { SseClient } from "../../support/sse-client.ts";
import { secretOf, startGuardedServer } from "../../support/tokens.ts";
import { WsClient } from "../../support/ws-client.ts";

type Content = OpenAI.ChatCompletionContentPart;

/** The official client, as its users have it, but it tries each request once. */
function clientOf({ url }: Pick<Server, "url">, apiKey = "no-key"): OpenAI {
  return new OpenAI({ baseURL: `${url}/v1`, apiKey, maxRetries: 0 });
}

const text = (words: string): Content => ({ type: "text", text: words });
const image = (url: string): Content => ({ type: "image_url", image_url: { url } });
/** A part that servers of video models take, and OpenAI's own does not. */
const video = (url: string) => ({ type: "video_url", video_url: { url } }) as unknown as Content;
const data = (mime: string, bytes: Uint8Array) =>
  `data:${mime};base64,${Buffer.from(bytes).toString("base64")}`;
const user = (...content: Content[]) => ({ role: "user", content }) as const;

/** What the server adds to a completion. */
const own = (completion: object) =>
  (completion as { thinkalong: { media_time_ms: number; ignored: string[] } }).thinkalong;

/** What an official client throws, as its users see it. */
async function failure(doing: Promise<unknown>) {
  const error = await doing.then(
    () => null,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof OpenAI.APIError)) throw new Error(`It did not fail as it should: ${error}`);
  return error;
}

/** A server with the session `session_0`, which is a live stream like any other. */
async function startWithStream(script: Script = {}, options: Parameters<typeof startScriptedServer>[1] = {}) {
  const server = await startScriptedServer(script, options);
  const session = await WsClient.connect(server.url);
  await session.next("session.created");
  return Object.assign(server, { session });
}

describe("OpenAI's client for Node, on a live stream", () => {
  it("lists the model and the streams, and finds each by its name", async () => {
    await using server = await startWithStream();
    const client = clientOf(server);
    const listed = [];
    for await (const model of client.models.list()) listed.push(model);
    expect(listed).toMatchObject([
      { id: "scripted", object: "model", owned_by: "thinkalong", thinkalong: { fps: 10 } },
      { id: "stream:session_0", object: "model", owned_by: "thinkalong" },
    ]);
    for (const { created } of listed) expect(Math.abs(created - Date.now() / 1000)).toBeLessThan(600);
    for (const model of listed) expect(await client.models.retrieve(model.id)).toEqual(model);
    expect(await failure(client.models.retrieve("gpt-none"))).toBeInstanceOf(OpenAI.NotFoundError);
  });

  it("asks it, whether it is named as the model or as a video", async () => {
    await using server = await startWithStream({ answer: (question) => `an answer to ${question}` });
    const client = clientOf(server);
    const named = await client.chat.completions.create({
      model: "stream:session_0",
      messages: [
        { role: "system", content: "Be brief." },
        { role: "user", content: "who was there?" },
        { role: "assistant", content: "nobody" },
        { role: "user", content: "what moves?" },
      ],
      temperature: 1,
      user: "somebody",
    });
    expect(named).toMatchObject({
      id: expect.stringMatching(/^chatcmpl-/),
      object: "chat.completion",
      model: "stream:session_0",
      choices: [
        {
          index: 0,
          message: { role: "assistant", content: "an answer to what moves?", refusal: null },
          finish_reason: "stop",
        },
      ],
      usage: { prompt_tokens: 2, completion_tokens: 5, total_tokens: 7 },
    });
    expect(named._request_id).toBe(named.id);
    expect(own(named).ignored, "it says what had no effect").toEqual([
      expect.stringMatching(/system message/),
      expect.stringMatching(/earlier messages/),
      expect.stringMatching(/temperature/),
    ]);
    const shown = await client.chat.completions.create({
      model: "scripted",
      messages: [user(video("stream:session_0"), text("and now?"))],
    });
    expect(shown.choices[0]!.message.content).toBe("an answer to and now?");
    expect(own(shown).ignored).toEqual([]);
  });

  it("gets the words as they come, and the usage when it asks for it", async () => {
    await using server = await startWithStream({ answer: () => "two cars have left" });
    const stream = true as const;
    const asked = { model: "stream:session_0", messages: [user(text("how many?"))], stream };
    const client = clientOf(server);
    const chunks = [];
    for await (const chunk of await client.chat.completions.create({
      ...asked,
      stream_options: { include_usage: true },
    }))
      chunks.push(chunk);
    const deltas = chunks.flatMap(({ choices }) => choices.map(({ delta }) => delta.content ?? ""));
    expect(deltas.filter((delta) => delta !== "")).toEqual(["two", " cars", " have", " left"]);
    expect(chunks[0]!.choices[0]!.delta.role).toBe("assistant");
    expect(chunks.at(-2)!.choices[0]!.finish_reason).toBe("stop");
    expect(chunks.map(({ usage }) => usage)).toEqual([
      ...Array(chunks.length - 1).fill(null),
      { prompt_tokens: 2, completion_tokens: 4, total_tokens: 6 },
    ]);
    expect(new Set(chunks.map(({ id, object }) => `${id} ${object}`)).size).toBe(1);

    // The client's own collector of chunks makes a completion of them.
    const whole = await client.chat.completions.stream(asked).finalChatCompletion();
    expect(whole.choices[0]!.message.content).toBe("two cars have left");
  });

  it("gets typed errors, with the field that is wrong", async () => {
    await using server = await startWithStream({}, { limits: { maxCompletionBytes: 100_000 } });
    const client = clientOf(server);
    const ask = (body: object) =>
      failure(
        client.chat.completions.create({
          model: "stream:session_0",
          messages: [user(text("why?"))],
          ...body,
        } as OpenAI.ChatCompletionCreateParamsNonStreaming),
      );
    const tool = { type: "function", function: { name: "f" } };
    const bad = async (body: object, code: string, param: string | null) => {
      const error = await ask(body);
      expect([error.constructor, error.code, error.param]).toEqual([OpenAI.BadRequestError, code, param]);
      expect(error.message).toMatch(/\.$/);
    };
    await bad({ tools: [tool] }, "unsupported_parameter", "tools");
    await bad({ n: 2 }, "unsupported_parameter", "n");
    await bad({ logprobs: true }, "unsupported_parameter", "logprobs");
    await bad({ response_format: { type: "json_object" } }, "unsupported_parameter", "response_format");
    await bad({ modalities: ["text", "audio"] }, "unsupported_parameter", "modalities");
    await bad({ stop: ["."] }, "unsupported_parameter", "stop");
    await bad({ temperature: 3 }, "invalid_value", "temperature");
    await bad({ messages: [] }, "invalid_value", "messages");
    const sound = { type: "input_audio", input_audio: { data: "", format: "wav" } };
    await bad(
      { messages: [{ role: "user", content: [sound] }] },
      "invalid_value",
      "messages.0.content.0.type",
    );
    await bad({ messages: [user(text(" "))] }, "question_empty", "messages");
    await bad({ model: "scripted" }, "nothing_to_see", "messages");
    const both = [user(text("why?"), image("data:,"))];
    await bad({ messages: both }, "invalid_value", "messages.0.content.1.image_url.url");
    await bad({ messages: [user(text("a b c d e f g h i"))] }, "question_too_long", null);
    expect(await ask({ model: "gpt-none" })).toMatchObject({
      constructor: OpenAI.NotFoundError,
      code: "model_not_found",
      param: "model",
    });
    expect(await ask({ model: "stream:none" })).toMatchObject({
      constructor: OpenAI.NotFoundError,
      code: "stream_not_found",
    });
    expect(await ask({ metadata: { large: "x".repeat(100_000) } })).toMatchObject({ status: 413 });
    // What asks for nothing is no reason to refuse anything.
    const harmless = { tools: [], n: 1, logprobs: false, stop: null, response_format: { type: "text" } };
    const answered = await client.chat.completions.create({
      model: "stream:session_0",
      messages: [user(text("why?"))],
      ...harmless,
      top_p: 0.5,
      store: true,
    } as OpenAI.ChatCompletionCreateParamsNonStreaming);
    expect(answered.choices[0]!.finish_reason).toBe("stop");
  });

  it("is told that the server makes as many answers as it may, and when one takes too long", async () => {
    const slow = { isHeldOpen: () => true };
    await using server = await startWithStream(slow, {
      limits: { maxCompletions: 1, completionTimeoutMs: 700 },
    });
    const client = clientOf(server);
    const body = { model: "stream:session_0", messages: [user(text("why?"))] };
    const first = failure(client.chat.completions.create(body));
    await server.session.next("response.created");
    const second = await failure(client.chat.completions.create(body));
    expect([second.constructor, second.code]).toEqual([OpenAI.RateLimitError, "too_many_completions"]);
    expect(await first).toMatchObject({ status: 504, code: "answer_timeout" });
    // Its place is free again; and an answer that breaks off is an error for whoever reads the words.
    const words: string[] = [];
    const broken = await failure(
      (async () => {
        for await (const { choices } of await client.chat.completions.create({ ...body, stream: true }))
          words.push(choices[0]!.delta.content ?? "");
      })(),
    );
    expect(words.length).toBeGreaterThan(1);
    expect(broken.code).toBe("answer_timeout");
  });

  it("cancels an answer when it leaves", async () => {
    await using server = await startWithStream({ isHeldOpen: () => true });
    const events = await SseClient.open(`${server.url}/v1/streams/session_0/events`);
    for (const stream of [false, true]) {
      const leaving = new AbortController();
      const question = `${stream}?`;
      const asked = clientOf(server).chat.completions.create(
        { model: "stream:session_0", messages: [user(text(question))], stream },
        { signal: leaving.signal },
      );
      const { response } = await events.first(
        "response.created",
        (each) => each.response.question === question,
      );
      if (stream) await asked;
      leaving.abort();
      if (!stream) await expect(asked).rejects.toThrowError(OpenAI.APIUserAbortError);
      const done = await events.first("response.done", (each) => each.response.id === response.id);
      expect(done.response.status).toBe("cancelled");
    }
    events.close();
  });

  it("needs a key that may ask, and one that may push for pictures", async () => {
    const tokens = [
      { name: "feeder", scopes: ["push", "watch"] },
      { name: "asker", scopes: ["ask"] },
      { name: "other", scopes: ["ask", "push"], streams: ["door"] },
      { name: "slow", scopes: ["ask"], limits: { bytes_per_second: 1024 } },
    ];
    await using server = await startGuardedServer(tokens);
    const headers = { authorization: `Bearer ${secretOf("feeder")}` };
    const session = await WsClient.connect(server.url, { headers });
    await session.next("session.created");
    const ask = (name: string, model = "stream:session_0", ...more: Content[]) =>
      clientOf(server, secretOf(name)).chat.completions.create({
        model,
        messages: [user(text("why?"), ...more)],
      });
    expect((await ask("asker")).choices).toHaveLength(1);
    const wrong = await failure(clientOf(server, "sk-wrong").models.list());
    expect([wrong.constructor, wrong.code]).toEqual([OpenAI.AuthenticationError, "unauthorized"]);
    expect(await failure(ask("feeder"))).toBeInstanceOf(OpenAI.PermissionDeniedError);
    expect(await failure(ask("other"))).toBeInstanceOf(OpenAI.PermissionDeniedError);
    const jpeg = image(data("image/jpeg", await picture()));
    for (const name of ["asker", "feeder", "other"])
      expect(await failure(ask(name, "scripted", jpeg)), name).toBeInstanceOf(OpenAI.PermissionDeniedError);
    const models = async (name: string) =>
      (await clientOf(server, secretOf(name)).models.list()).data.map(({ id }) => id);
    expect(await models("asker")).toEqual(["scripted", "stream:session_0"]);
    expect(await models("other")).toEqual(["scripted"]);
    await failure(ask("slow", "scripted", image(`data:,${"x".repeat(5000)}`)));
    expect(await failure(ask("slow"))).toMatchObject({ status: 429, code: "too_many_bytes" });
  });
});

describe("OpenAI's client for Node, with pictures and videos", () => {
  let engine: Engine & AsyncDisposable;
  let places: number;
  let dir: Awaited<ReturnType<typeof makeTempDir>>;
  /** Where the server keeps what it decodes. */
  let kept: string;
  let server: Server;
  let client: OpenAI;
  let clip: Buffer;
  /** What is at a web server: its path is the name of a file in the folder. */
  let web: Awaited<ReturnType<typeof serve>>;
  const model = () => engine.model.id;
  const ask = (...content: Content[]) =>
    client.chat.completions.create({ model: model(), messages: [user(text("what is moving?"), ...content)] });

  beforeAll(async () => {
    engine = await startTinyEngine();
    places = engine.freeStreams;
    dir = await makeTempDir();
    kept = join(dir.path, "kept");
    await mkdir(kept);
    vi.stubEnv("TMPDIR", kept);
    clip = await readFile(await makeVideo(join(dir.path, "clip.mp4"), { seconds: 2, size: "160x120" }));
    web = await serve(async ({ url = "" }, response) => {
      const bytes = await readFile(join(dir.path, url.slice(1))).catch(() => null);
      response.writeHead(bytes === null ? 404 : 200).end(bytes ?? "");
    });
    server = await createServer({
      engine,
      port: 0,
      cameraNetwork: { allowPrivate: true },
      limits: { shutdownMs: 0, maxCompletionVideoMs: 4000, maxCompletionBytes: 4_000_000 },
    });
    client = clientOf(server);
  });
  afterAll(async () => {
    await server.close();
    await engine[Symbol.asyncDispose]();
    await web.close();
    vi.unstubAllEnvs();
    await dir.remove();
  });

  it("sends a picture, and several", async () => {
    const [jpeg, png] = await Promise.all([picture("jpeg"), picture("png")]);
    const one = await ask(image(data("image/jpeg", jpeg)));
    expect(one.choices[0]!.message.role).toBe("assistant");
    expect(one.usage!.completion_tokens).toBeGreaterThan(0);
    const { fps, framesPerUnit } = engine.model;
    const unitMs = (framesPerUnit * 1000) / fps;
    const lastMs = (units: number) => units * unitMs - 1000 / fps;
    expect(own(one).media_time_ms, "a picture is a unit").toBe(lastMs(1));
    const history = await client.chat.completions.create({
      model: model(),
      messages: [
        user(image(data("image/jpeg", jpeg)), text("what was there?")),
        { role: "assistant", content: "nothing" },
        user(image(data("image/png", png)), image(data("image/jpeg", jpeg)), text("what is moving?")),
      ],
    });
    expect(own(history).media_time_ms, "pictures of all messages").toBe(lastMs(3));
  });

  it("sends a video, by its bytes and by a URL, with pictures before and behind it", async () => {
    const whole = await ask(video(data("video/mp4", clip)));
    const { fps } = engine.model;
    expect(own(whole).media_time_ms).toBe(2000 - 1000 / fps);
    const fetched = await ask(video(`${web.url}/clip.mp4`));
    expect(fetched.choices[0]!.message.content).toBe(whole.choices[0]!.message.content);
    const jpeg = image(data("image/jpeg", await picture()));
    const mixed = await ask(jpeg, video(data("video/mp4", clip)), jpeg);
    const pictureMs = (engine.model.framesPerUnit * 1000) / fps;
    expect(own(mixed).media_time_ms).toBe(2000 + 2 * pictureMs - 1000 / fps);
    const words = [];
    for await (const { choices } of await client.chat.completions.create({
      model: model(),
      messages: [user(text("what is moving?"), video(data("video/mp4", clip)))],
      stream: true,
    }))
      words.push(choices[0]!.delta.content ?? "");
    expect(words.join("")).toBe(whole.choices[0]!.message.content);
  });

  it("stops at the tokens that it allows", async () => {
    const long = await ask(video(data("video/mp4", clip)));
    const tokens = long.usage!.completion_tokens;
    const short = await client.chat.completions.create({
      model: model(),
      messages: [user(text("what is moving?"), video(data("video/mp4", clip)))],
      max_completion_tokens: 1,
    });
    expect([tokens > 1, short.usage!.completion_tokens, short.choices[0]!.finish_reason]).toEqual([
      true,
      1,
      "length",
    ]);
  });

  it("is told what is wrong with what it sends, before the first word, and nothing is left behind", async () => {
    const jpeg = data("image/jpeg", await picture());
    const long = await readFile(await makeVideo(join(dir.path, "long.mp4"), { seconds: 6 }));
    const sound = await readFile(await makeSound(join(dir.path, "sound.mp4")));
    const large = data("video/mp4", Buffer.alloc(2_990_000, 1));
    // A playlist would make ffmpeg open other files of this machine.
    const playlist = `#EXTM3U\n#EXT-X-TARGETDURATION:2\n#EXTINF:2,\n${join(dir.path, "clip.mp4")}\n#EXT-X-ENDLIST\n`;
    const listed = data("application/vnd.apple.mpegurl", Buffer.from(playlist));
    const cases: readonly [Content, string][] = [
      [video(data("video/mp4", clip.subarray(0, 2000))), "not_a_video"],
      [video(data("video/mp4", Buffer.from("no video"))), "not_a_video"],
      [video(listed), "not_a_video"],
      [video(data("video/mp4", sound)), "no_video_track"],
      [video(data("video/mp4", long)), "video_too_long"],
      [video(large), "not_a_video"],
      [video(`${web.url}/missing.mp4`), "url_refused"],
      [video("file:///etc/passwd"), "unsupported_protocol"],
      [video("rtsp://127.0.0.1/live"), "unsupported_protocol"],
      [video("data:video/mp4;base64,"), "file_empty"],
      [image("data:image/jpeg;base64,%%%"), "url_invalid"],
      [image(data("image/jpeg", Buffer.from("no picture"))), "image_unsupported_type"],
      [image("http://169.254.169.254/latest"), "address_forbidden"],
    ];
    for (const [part, code] of cases) {
      for (const stream of [false, true]) {
        const error = await failure(
          client.chat.completions.create({
            model: model(),
            messages: [user(text("what is moving?"), image(jpeg), part)],
            stream,
          }),
        );
        expect([error.status, error.code], JSON.stringify(part).slice(0, 80)).toEqual([400, code]);
      }
    }
    expect(await failure(ask(...Array(9).fill(image(jpeg))))).toMatchObject({ code: "video_too_long" });
    await until("all places are free", () => engine.freeStreams === places);
    await eventually(async () => (await readdir(kept)).length === 0, "nothing is kept");
  });

  it("is refused when the model has no place left", async () => {
    const spare = engine.freeStreams;
    const streams = Array.from({ length: spare }, () => engine.openStream());
    const jpeg = image(data("image/jpeg", await picture()));
    const full = await failure(ask(jpeg));
    expect([full.constructor, full.code]).toEqual([OpenAI.RateLimitError, "too_many_streams"]);
    await Promise.all(streams.map((stream) => stream.close()));
    expect((await ask(jpeg)).choices).toHaveLength(1);
  });

  it("reaches no private address with a token that is not an administrator's", async () => {
    await using guarded = await startGuardedServer([{ name: "guest", scopes: ["ask", "push"] }], {
      cameraNetwork: { allowPrivate: true },
    });
    const error = await failure(
      clientOf(guarded, secretOf("guest")).chat.completions.create({
        model: "scripted",
        messages: [user(text("why?"), video(`${web.url}/clip.mp4`))],
      }),
    );
    expect([error.status, error.code, error.param]).toEqual([
      400,
      "address_forbidden",
      "messages.0.content.1.video_url.url",
    ]);
  });

  it("does not parse what is large beside its pictures", async () => {
    const { port } = new URL(server.url);
    const body = `{"messages": [${"[],".repeat(500_000)}[]]}`;
    const status = await new Promise((resolve, reject) => {
      const headers = { "content-type": "application/json", "content-length": body.length };
      const asked = request({ port, method: "POST", path: "/v1/chat/completions", headers }, (response) => {
        response.resume();
        resolve(response.statusCode);
      });
      asked.on("error", reject).end(body);
    });
    expect(status).toBe(413);
  });
});
