import OpenAI from "openai";
import { OpenAIRealtimeWS } from "openai/realtime/ws";
import type { RealtimeClientEvent, RealtimeServerEvent } from "openai/resources/realtime/realtime";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { WebSocket } from "ws";
import type { Server } from "../../../src/server/mod.ts";
import type { Script } from "../../support/scripted-engine.ts";
import { certificateFiles } from "../../support/secure-server.ts";
import { picture, startScriptedServer, until } from "../../support/server.ts";
import { secretOf, startGuardedServer } from "../../support/tokens.ts";
import { WsClient } from "../../support/ws-client.ts";

let certificate: Awaited<ReturnType<typeof certificateFiles>>;
beforeAll(async () => {
  certificate = await certificateFiles();
});
afterAll(() => certificate.remove());

type EventOf<T extends RealtimeServerEvent["type"]> = Extract<RealtimeServerEvent, { type: T }>;

/** The official client, which speaks TLS only. It keeps every event. */
class Realtime {
  readonly events: RealtimeServerEvent[] = [];
  readonly failures: string[] = [];
  closed: number | null = null;
  private readonly socket: OpenAIRealtimeWS;

  constructor({ url }: Pick<Server, "url">, model: string, apiKey = "no-key") {
    const client = new OpenAI({ baseURL: `${url}/v1`, apiKey });
    this.socket = new OpenAIRealtimeWS({ model, options: { ca: certificate.ca } }, client);
    this.socket.on("event", (event) => this.events.push(event));
    this.socket.on("error", (error) => this.failures.push(error.message));
    this.socket.socket.on("close", (code) => {
      this.closed = code;
    });
    onTestFinished(() => this.socket.close());
  }

  send(event: RealtimeClientEvent | object): void {
    this.socket.send(event as RealtimeClientEvent);
  }

  say(...content: object[]): void {
    this.send({ type: "conversation.item.create", item: { type: "message", role: "user", content } });
  }

  close(): void {
    this.socket.close();
  }

  async next<T extends RealtimeServerEvent["type"]>(type: T, nth = 0): Promise<EventOf<T>> {
    const find = () => this.events.filter((event): event is EventOf<T> => event.type === type)[nth];
    await until(
      `${type} (${this.events.map((event) => event.type)}; ${this.failures})`,
      () => find() !== undefined,
    );
    return find()!;
  }
}

/** A server with a certificate and the live stream `session_0`. */
async function start(script: Script = {}, options: Parameters<typeof startScriptedServer>[1] = {}) {
  const server = await startScriptedServer(script, { tls: certificate.files, ...options });
  const session = await WsClient.connect(server.url, { ca: certificate.ca });
  await session.next("session.created");
  return Object.assign(server, { session });
}

const jpeg = async () => `data:image/jpeg;base64,${(await picture()).toString("base64")}`;

describe("OpenAI's realtime client", () => {
  it("asks a live stream, and gets the events of an answer in their order", async () => {
    await using server = await start({ answer: () => "two cars" });
    const client = new Realtime(server, "stream:session_0");
    expect((await client.next("session.created")).session).toMatchObject({
      type: "realtime",
      model: "stream:session_0",
      output_modalities: ["text"],
    });
    client.say({ type: "input_text", text: "how many cars?" });
    client.send({ type: "response.create" });
    const { response } = await client.next("response.done");
    expect(response).toMatchObject({
      object: "realtime.response",
      status: "completed",
      output: [
        {
          type: "message",
          role: "assistant",
          status: "completed",
          content: [{ type: "output_text", text: "two cars" }],
        },
      ],
      usage: { input_tokens: 3, output_tokens: 2, total_tokens: 5 },
    });
    expect(client.events.map(({ type }) => type)).toEqual([
      "session.created",
      "conversation.item.added",
      "conversation.item.done",
      "response.created",
      "response.output_item.added",
      "conversation.item.added",
      "response.content_part.added",
      "response.output_text.delta",
      "response.output_text.delta",
      "response.output_text.done",
      "response.content_part.done",
      "conversation.item.done",
      "response.output_item.done",
      "response.done",
    ]);
    const ids = client.events.map((event) => (event as { event_id?: string }).event_id);
    expect(new Set(ids).size).toBe(ids.length);
    expect(await client.next("response.output_text.done")).toMatchObject({
      text: "two cars",
      response_id: response.id,
      item_id: response.output![0]!.id,
    });
    expect((await client.next("conversation.item.added", 1)).previous_item_id).toBe(
      (await client.next("conversation.item.added")).item.id,
    );
    expect(client.failures).toEqual([]);
  });

  it("shows pictures, keeps a conversation, and asks beside it", async () => {
    await using server = await start({ answer: (question) => `about ${question}` });
    const client = new Realtime(server, "scripted");
    await client.next("session.created");
    client.send({
      type: "session.update",
      session: { type: "realtime", output_modalities: ["text"], max_output_tokens: 7, audio: {} },
    });
    expect((await client.next("session.updated")).session).toMatchObject({ max_output_tokens: 7 });
    client.say({ type: "input_image", image_url: await jpeg() }, { type: "input_text", text: "what is it?" });
    client.send({ type: "response.create" });
    const first = await client.next("response.done");
    expect(first.response.output).toMatchObject([{ content: [{ text: "about what is it?" }] }]);
    expect(server.engine.opened.map(({ options }) => options.answerTokens)).toEqual([7]);

    // By itself: with the item of the picture, another question, and without a place in the conversation.
    const item_id = (await client.next("conversation.item.added")).item.id!;
    client.send({
      type: "response.create",
      response: {
        conversation: "none",
        metadata: { purpose: "test" },
        input: [
          { type: "item_reference", id: item_id },
          { type: "message", role: "user", content: [{ type: "input_text", text: "and now?" }] },
        ],
      },
    });
    const beside = await client.next("response.done", 1);
    expect(beside.response).toMatchObject({
      conversation_id: null,
      metadata: { purpose: "test" },
      output: [{ content: [{ text: "about and now?" }] }],
    });
    client.send({ type: "conversation.item.retrieve", item_id });
    const { item } = await client.next("conversation.item.retrieved");
    expect(item).toMatchObject({ id: item_id, role: "user" });
    client.send({ type: "conversation.item.delete", item_id });
    await client.next("conversation.item.deleted");
    client.send({ type: "response.create" });
    await until("that there is nothing to ask", () => client.failures.length === 1);
    expect(client.failures[0]).toMatch(/code=question_empty/);
    expect(server.engine.open.length, "each answer has given its place back").toBe(0);
  });

  it("is cancelled when it asks for it, and when it leaves", async () => {
    await using server = await start({ isHeldOpen: () => true });
    const client = new Realtime(server, "stream:session_0");
    await client.next("session.created");
    client.say({ type: "input_text", text: "why?" });
    client.send({ type: "response.create" });
    await client.next("response.output_text.delta", 2);
    client.send({ type: "response.create", event_id: "again" });
    await until("a refusal", () => client.failures.length === 1);
    expect(client.failures[0]).toMatch(/code=conversation_already_has_active_response .*event_id=again/);
    client.send({ type: "response.cancel" });
    const { response } = await client.next("response.done");
    expect(response).toMatchObject({
      status: "cancelled",
      status_details: { type: "cancelled", reason: "client_cancelled" },
      output: [{ status: "incomplete" }],
    });
    const cancelled = () =>
      server.session.all("response.done").filter(({ response: { status } }) => status === "cancelled").length;
    await until("the stream has cancelled it", () => cancelled() === 1);
    client.send({ type: "response.cancel" });
    await until("a refusal", () => client.failures.length === 2);
    client.send({ type: "response.create" });
    await client.next("response.created", 1);
    client.close();
    await until("the stream has cancelled it", () => cancelled() === 2);
  });

  it("is told what it cannot have, and goes on", async () => {
    // What it would say comes later than what is found to be wrong.
    await using server = await start({ pauseMs: 200 }, { limits: { maxCompletionBytes: 20_000 } });
    const client = new Realtime(server, "scripted");
    await client.next("session.created");
    const refused = async (event: object, expected: RegExp) => {
      const before = client.failures.length;
      client.send(event);
      await until("a refusal", () => client.failures.length > before);
      expect(client.failures.at(-1)).toMatch(expected);
    };
    const item = (content: object) => ({
      type: "conversation.item.create",
      item: { type: "message", role: "user", content: [content] },
    });
    const session = (settings: object) => ({
      type: "session.update",
      session: { type: "realtime", ...settings },
    });
    await refused({ type: "input_audio_buffer.append", audio: "" }, /neither hears.*code=unknown_type/);
    await refused(item({ type: "input_audio", audio: "" }), /param=item\.content\.0\.type/);
    await refused(item({ type: "input_text" }), /param=item\.content\.0\.text/);
    await refused(session({ output_modalities: ["audio"] }), /param=session\.output_modalities\.0/);
    await refused(session({ tools: [{}] }), /param=session\.tools/);
    await refused(
      session({ instructions: "Be brief." }),
      /takes no instructions.*param=session\.instructions/,
    );
    await refused(session({ model: "other" }), /param=session\.model/);
    await refused({ type: "conversation.item.delete", item_id: "none" }, /code=item_not_found/);
    await refused({ type: "response.create" }, /code=question_empty/);
    await refused(item({ type: "input_text", text: "x".repeat(20_000) }), /code=conversation_too_large/);
    client.say({ type: "input_text", text: "what is it?" });
    await refused({ type: "response.create" }, /code=nothing_to_see/);
    client.say(
      { type: "input_image", image_url: "data:image/png;base64,AAAA" },
      { type: "input_text", text: "and?" },
    );
    client.send({ type: "response.create" });
    expect((await client.next("response.done")).response).toMatchObject({
      status: "failed",
      status_details: { type: "failed", error: { code: "image_unsupported_type" } },
      output: [],
    });
  });

  it("is let in by its key, and put out when that is withdrawn", async () => {
    const asker = { name: "asker", scopes: ["ask"] };
    const feeder = { name: "feeder", scopes: ["push", "watch"] };
    await using server = await startGuardedServer([asker, feeder], { tls: certificate.files });
    const { ca } = certificate;
    const headers = { authorization: `Bearer ${secretOf("feeder")}` };
    const session = await WsClient.connect(server.url, { ca, headers });
    await session.next("session.created");
    const refused = async (model: string, name: string, status: number) => {
      const client = new Realtime(server, model, name.startsWith("sk-") ? name : secretOf(name));
      await until("a refusal", () => client.failures.length > 0);
      expect(client.failures[0], `${model} ${name}`).toContain(String(status));
    };
    await refused("stream:session_0", "sk-wrong", 401);
    await refused("stream:session_0", "feeder", 403);
    await refused("scripted", "asker", 403);
    await refused("stream:none", "asker", 404);
    await refused("gpt-none", "asker", 404);
    const client = new Realtime(server, "stream:session_0", secretOf("asker"));
    await client.next("session.created");
    await server.change([feeder]);
    await until("it is put out", () => client.closed === 4401);
    expect(client.failures[0]).toMatch(/code=unauthorized/);
  });

  it("is one of so many, answers pings, and hears of the end of the server", async () => {
    await using server = await start({}, { limits: { maxRealtimeSessions: 1, heartbeatMs: 50 } });
    const client = new Realtime(server, "scripted");
    await client.next("session.created");
    const second = new Realtime(server, "scripted");
    await until("it is refused", () => second.failures.length > 0);
    expect(second.failures[0]).toContain("429");
    // Several pings are answered meanwhile, or it would be closed.
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(client.closed).toBeNull();
    await server.close();
    await until("it is closed", () => client.closed !== null);
    expect(client.closed).toBe(1001);
  });

  it("is closed when it sends nothing for long, and refused from a foreign page", async () => {
    await using server = await start({}, { limits: { idleTimeoutMs: 100 } });
    const client = new Realtime(server, "scripted");
    await until("it is closed", () => client.closed === 4408);
    const foreign = new WebSocket(`${server.url.replace("http", "ws")}/v1/realtime?model=scripted`, {
      ca: certificate.ca,
      origin: "https://evil.example",
    });
    const status = await new Promise((resolve) =>
      foreign
        .once("unexpected-response", (_, response) => resolve(response.statusCode))
        .on("error", () => {}),
    );
    expect(status).toBe(403);
  });
});
