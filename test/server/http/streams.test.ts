import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { connect } from "node:net";
import { join } from "node:path";
import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import type { CameraRoster } from "../../../src/cameras/mod.ts";
import type { ServerEvent } from "../../../src/protocol/mod.ts";
import type { ServerCameras, ServerOptions } from "../../../src/server/mod.ts";
import type { StreamHandle } from "../../../src/streams/mod.ts";
import { newHistory } from "../../support/history.ts";
import { eventually, makeTempDir, makeVideo } from "../../support/media.ts";
import { Program } from "../../support/program.ts";
import type { Script } from "../../support/scripted-engine.ts";
import { picture, startScriptedServer, until } from "../../support/server.ts";
import { SseClient } from "../../support/sse-client.ts";
import { STREET_LANGUAGE } from "../../support/street-language.ts";
import { WsClient } from "../../support/ws-client.ts";

let dir: Awaited<ReturnType<typeof makeTempDir>>;
/** A clip that is longer than any of these tests. */
let clip: string;
beforeAll(async () => {
  dir = await makeTempDir();
  clip = await makeVideo(join(dir.path, "clip.mp4"), { seconds: 120, fps: 10, size: "320x240" });
});
afterAll(() => dir.remove());

/** A server with the clip as its camera `street`. */
function start(script: Script = {}, options: Omit<ServerOptions, "engine"> = {}) {
  const cameraNetwork = { allowPrivate: true };
  return startScriptedServer(script, { cameras: { street: { url: clip } }, cameraNetwork, ...options });
}

/** The stream of the camera `street`. */
function streetOf({ cameras }: { readonly cameras: ServerCameras }): StreamHandle | undefined {
  return (cameras as CameraRoster).get("street")?.stream ?? undefined;
}

async function json(url: string, method = "GET", body?: unknown): Promise<{ status: number; body: unknown }> {
  const response = await fetch(url, {
    method,
    ...(body !== undefined && {
      headers: { "content-type": "application/json" },
      body: typeof body === "string" ? body : JSON.stringify(body),
    }),
  });
  const text = await response.text();
  return { status: response.status, body: text === "" ? null : JSON.parse(text) };
}

type Running = Awaited<ReturnType<typeof start>>;

/** Waits until the camera has been thought about. */
async function thinking(server: Running): Promise<void> {
  await until("a thought", () => (streetOf(server)?.figures.thoughts ?? 0) > 0);
}

const code = ({ body }: { body: unknown }) => (body as { error: { code: string } }).error.code;

describe("/v1/streams", () => {
  it("lists cameras and sessions, with what they are and where they stand", async () => {
    await using server = await start();
    const client = await WsClient.connect(server.url);
    await client.next("session.created");
    await thinking(server);
    const { status, body } = await json(`${server.url}/v1/streams`);
    expect([status, body]).toMatchObject([
      200,
      {
        object: "list",
        data: [
          {
            id: "street",
            object: "stream",
            kind: "camera",
            origin: "config",
            url: clip,
            state: "live",
            restarts: 0,
            created: expect.stringMatching(/^\d{4}-/),
            newest_media_time_ms: expect.any(Number),
            stats: { frames_dropped: { busy: 0 }, thoughts: expect.any(Number) },
          },
          {
            ...{ id: "session_0", kind: "session", state: "created", newest_media_time_ms: null },
            ...{ latest_thought: null, latest_alert: null },
          },
        ],
      },
    ]);
    expect((await json(`${server.url}/v1/streams/street`)).body).toMatchObject({
      id: "street",
      kind: "camera",
    });
    expect((await json(`${server.url}/v1/streams/session_0`)).body).toMatchObject({ kind: "session" });
    expect((await json(`${server.url}/readyz`)).body, "cameras are no sessions").toEqual({
      status: "ready",
      sessions: 1,
      reasons: [],
    });
  });

  it("tell what each has said last, and of what it was alerted last, also once it was opened again", async () => {
    // Of every second unit nothing is said.
    const thought = (unit: number) => (unit % 2 === 0 ? `unit ${unit} was seen` : null);
    await using server = await start({ thought });
    const shown = async () =>
      (await json(`${server.url}/v1/streams/street`)).body as Record<string, Record<string, unknown> | null>;
    await until("a skip", () => (streetOf(server)?.figures.skips ?? 0) > 0);
    const first = streetOf(server)!;
    const heard: ServerEvent[] = [];
    first.log.from(null).subscribe((entry) => "event" in entry && heard.push(entry.event));
    const raised = { alert: "visitor", message: "Somebody came.", media_time_ms: 400 };
    const snapshot = "/v1/streams/street/events/event_4/snapshot.jpg";
    expect((await shown()).latest_alert).toBeNull();
    first.raise({ ...raised, when: "a person enters", response_id: null, zone: null, snapshot });
    server.engine.opened[0]!.emit({
      type: "stream.failed",
      ...{ code: "worker_failed", message: "The worker has died.", fatal: true },
    });
    const told = heard.flatMap((event) =>
      event.type === "response.reasoning_text.done" && event.text !== "" ? [event] : [],
    );
    const { text, media_time_ms, unfamiliar, event_id } = told.at(-1)!;
    const { latest_thought, latest_alert } = await shown();
    const time = expect.stringMatching(/^\d{4}-.*Z$/);
    expect(latest_thought).toEqual({ text, media_time_ms, unfamiliar, event_id, time });
    const alerted = heard.find(({ type }) => type === "alert.raised")!.event_id;
    expect(latest_alert).toEqual({ ...raised, snapshot, time, event_id: alerted });
    expect(Math.abs(Date.parse(String(latest_alert!.time)) - Date.now())).toBeLessThan(60_000);

    await until("another stream", () => streetOf(server) !== first);
    expect((await shown()).latest_alert).toEqual(latest_alert);
    await until(
      "a later thought",
      () => (streetOf(server)?.latest.thought?.atMs ?? 0) > Date.parse(String(latest_thought!.time)),
    );
    const later = (await shown()).latest_thought!;
    expect(Number(later.media_time_ms)).toBeGreaterThan(media_time_ms);
    expect((await shown()).latest_alert).toEqual(latest_alert);
  });

  it("opens, changes and deletes a camera, and shows no password", async () => {
    const stateDir = join(dir.path, "state");
    await using server = await start({}, { stateDir });
    const url = `${server.url}/v1/streams`;
    // Nobody listens there.
    const made = await json(url, "POST", {
      id: "door",
      url: "rtsp://me:secret@127.0.0.1:9/live?pw=secret",
      fps: 5,
    });
    expect(made).toMatchObject({
      status: 201,
      body: { id: "door", origin: "api", url: "rtsp://127.0.0.1:9/live?…", settings: { fps: 5 } },
    });
    expect(await readFile(join(stateDir, "cameras.json"), "utf8"), "it is kept").toContain("secret@");
    const changed = await json(`${url}/door`, "PATCH", { fps: null, enabled: false, temperature: 1 });
    expect(changed).toMatchObject({ status: 200, body: { state: "disabled", settings: { temperature: 1 } } });
    expect(changed.body).not.toHaveProperty("settings.fps");
    expect(JSON.stringify([made.body, changed.body, (await json(url)).body])).not.toContain("secret");
    expect(await json(`${url}/door`, "DELETE")).toEqual({ status: 204, body: null });
    expect((await json(`${url}/door`)).status).toBe(404);
  });

  it("refuses what is wrong, and says where", async () => {
    await using server = await start({}, { limits: { maxBodyBytes: 2048, maxCameras: 2 } });
    const url = `${server.url}/v1/streams`;
    const door = { id: "door", url: "http://127.0.0.1:9/" };
    const refused = async (body: unknown, expected: object) =>
      expect(await json(url, "POST", body)).toMatchObject(expected);
    const wrong = (param: string, message: RegExp) => ({
      status: 400,
      body: { error: { code: "invalid_value", param, message: expect.stringMatching(message) } },
    });
    await refused({ ...door, intervall: 1 }, wrong("intervall", /Did you mean "interval"/));
    await refused(
      { ...door, windows: { unit: 1 } },
      wrong("windows.unit", /It may be visual_units, text_tokens/),
    );
    await refused({ ...door, id: "session_9" }, wrong("id", /name/));
    await refused({ id: "door" }, wrong("url", /missing/));
    await refused("[]", wrong(null as never, /group of keys/));
    await refused("{", { status: 400, body: { error: { code: "invalid_json" } } });
    await refused(
      { ...door, fps: 99 },
      { status: 400, body: { error: { code: "camera_refused", param: "fps" } } },
    );
    for (const bad of ["file:///etc/passwd", clip, "/dev/video0", "-"])
      await refused(
        { ...door, url: bad },
        { status: 400, body: { error: { code: "url_refused", param: "url" } } },
      );
    await refused({ ...door, id: "street" }, { status: 409, body: { error: { code: "camera_exists" } } });
    await refused(JSON.stringify({ ...door, instructions: "x".repeat(4000) }), { status: 413 });
    const untyped = await fetch(url, { method: "POST", body: JSON.stringify(door) });
    expect(untyped.status).toBe(415);

    const client = await WsClient.connect(server.url);
    await client.next("session.created");
    for (const [path, expected] of [
      ["nothing", [404, 404]],
      ["street", [409, 409]],
      ["session_0", [409, 409]],
    ] as const) {
      const statuses = [
        (await json(`${url}/${path}`, "PATCH", { fps: 1 })).status,
        (await json(`${url}/${path}`, "DELETE")).status,
      ];
      expect(statuses, path).toEqual(expected);
    }
    expect((await json(url, "POST", door)).status).toBe(201);
    const third = await json(url, "POST", { ...door, id: "third" });
    expect([third.status, code(third)]).toEqual([409, "too_many_cameras"]);
  });
});

describe("/v1/streams/{id}/events", () => {
  it("goes on exactly after the last event, event by event", async () => {
    await using server = await start();
    const url = `${server.url}/v1/streams/street/events`;
    const whole = await SseClient.open(`${url}?from=start`);
    await whole.first("response.reasoning_text.done", ({ unit }) => unit === 1);
    const part = await SseClient.open(`${url}?from=start`);
    await part.first("response.reasoning_text.done", ({ unit }) => unit === 1);
    part.close();
    const [last] = part.ids.slice(-1);
    await whole.first("response.reasoning_text.done", ({ unit }) => unit === 3);
    // The header wins over the query, which a browser sends again as it was.
    const rest = await SseClient.open(`${url}?from=start&after=event_0`, { "last-event-id": last! });
    await rest.first("response.reasoning_text.done", ({ unit }) => unit === 4);
    const joined = [...part.events, ...rest.events];
    await until("as many", () => whole.events.length >= joined.length);
    expect(joined).toEqual(whole.events.slice(0, joined.length));
    expect(whole.ids).toEqual(whole.events.map(({ event_id }) => event_id));
    const byQuery = await SseClient.open(`${url}?after=${last}`);
    await until("an event", () => byQuery.events.length > 0);
    expect(byQuery.events[0]).toEqual(rest.events[0]);
    for (const client of [whole, rest, byQuery]) client.close();
  });

  it("begins with now, and tells what is no longer held", async () => {
    await using server = await start({}, { limits: { maxLogBytes: 2000 } });
    const url = `${server.url}/v1/streams/street/events`;
    await until("that events are gone", () => (streetOf(server)!.log.oldest ?? 0) > 10);
    const [now, held, after, unknown] = await Promise.all([
      SseClient.open(url),
      SseClient.open(`${url}?from=start`),
      SseClient.open(`${url}?after=event_3`),
      SseClient.open(`${url}?after=event_99999`),
    ]);
    for (const client of [now, held, after, unknown])
      await until("two events", () => client.events.length > 1);
    expect(now.events[0]!.type).not.toBe("session.gap");
    for (const [client, from] of [
      [held, null],
      [after, "event_3"],
    ] as const) {
      const [gap, first] = client.events as [Extract<ServerEvent, { type: "session.gap" }>, ServerEvent];
      expect(gap).toMatchObject({ type: "session.gap", after: from });
      expect(gap.event_id, "it stands before the first event that is held").toBe(`${first.event_id}.1`);
      expect(Number(first.event_id.slice(6)), "nothing is missing after it").toBe(
        Number(gap.up_to.slice(6)) + 1,
      );
    }
    expect(unknown.events[0]).toMatchObject({ type: "session.gap", after: "event_99999" });
    expect((await json(`${url}?after=yesterday`)).status).toBe(400);
    for (const client of [now, held, after, unknown]) client.close();
  });

  it("follows a session, too, ends with it, and says then that nothing more comes", async () => {
    await using server = await start();
    const client = await WsClient.connect(server.url);
    await client.next("session.created");
    const events = await SseClient.open(`${server.url}/v1/streams/session_0/events`);
    const jpeg = await picture();
    for (let seq = 0; seq < 2; seq++) client.frame(jpeg, seq, seq * 100);
    await client.next("response.reasoning_text.done");
    client.send({ type: "session.close" });
    await client.closed();
    await events.ended();
    expect(events.events.at(-1)).toMatchObject({ type: "session.closed", reason: "completed" });
    expect((await json(`${server.url}/v1/streams/session_0/events`)).status).toBe(404);

    const short = await makeVideo(join(dir.path, "short.mp4"), { seconds: 1, fps: 10 });
    await using ending = await start({}, { cameras: { street: { url: short } } });
    const url = `${ending.url}/v1/streams/street/events`;
    const watching = await SseClient.open(`${url}?from=start`);
    await watching.ended();
    expect(watching.events.at(-1)!.type).toBe("session.closed");
    const again = await SseClient.open(url, { "last-event-id": watching.ids.at(-1)! });
    expect(again.status, "a browser does not connect again").toBe(204);
    const before = await SseClient.open(url, { "last-event-id": watching.ids.at(-2)! });
    await before.ended();
    expect(before.events).toEqual(watching.events.slice(-1));
  });

  it("shows that it lives, and refuses one reader too many", async () => {
    await using server = await start({}, { limits: { heartbeatMs: 50, maxEventReaders: 1 } });
    const url = `${server.url}/v1/streams/street/events`;
    const client = await SseClient.open(url);
    await until("heartbeats", () => client.comments > 1);
    const second = await json(url);
    expect([second.status, code(second)]).toEqual([429, "too_many_readers"]);
    client.close();
    await until("that it is gone", () => client.isEnded);
    const third = await SseClient.open(url);
    expect(third.status).toBe(200);
    third.close();
  });

  it("cuts off a reader that does not read, and nobody else", async () => {
    const thought = () => "x".repeat(500_000);
    await using server = await start(
      { thought },
      { limits: { maxBufferedBytes: 2_000_000, maxLogBytes: 0, maxEventReaders: 2 } },
    );
    const url = `${server.url}/v1/streams/street/events`;
    const { port, hostname } = new URL(server.url);
    const socket = connect(Number(port), hostname).on("error", () => {});
    socket.write("GET /v1/streams/street/events HTTP/1.1\r\nHost: localhost\r\n\r\n");
    // It reads the beginning, and nothing more.
    await once(socket, "data");
    socket.pause();
    const reading = await SseClient.open(url);
    await eventually(async () => {
      const another = await SseClient.open(url);
      another.close();
      return another.status === 200;
    }, "one of them was cut off");
    const gone = new Promise((resolve) => socket.once("close", resolve));
    socket.resume();
    await gone;
    expect(reading.isEnded).toBe(false);
    reading.close();
  });

  it("announces the shutdown, and tells what still happens", async () => {
    const server = await start({}, { limits: { shutdownMs: 5_000 } });
    await thinking(server);
    const events = await SseClient.open(`${server.url}/v1/streams/street/events`);
    await server.close();
    await events.ended();
    const types = events.events.map(({ type }) => type);
    expect(types.indexOf("session.going_away")).toBeGreaterThanOrEqual(0);
    expect(types.at(-1)).toBe("session.closed");
    await server.engine.close();
  });
});

describe("/v1/streams/{id}/snapshot.jpg", () => {
  it("is the newest picture, encoded once for all who ask at once", async () => {
    await using server = await start();
    const url = `${server.url}/v1/streams/street/snapshot.jpg`;
    await thinking(server);
    const response = await fetch(`${url}?side=64`);
    const { headers } = response;
    expect(response.status).toBe(200);
    expect(headers.get("content-type")).toBe("image/jpeg");
    expect(headers.get("cache-control")).toBe("no-store");
    expect(Number(headers.get("x-media-time-ms"))).toBeGreaterThanOrEqual(0);
    const { format, width, height } = await sharp(Buffer.from(await response.arrayBuffer())).metadata();
    expect([format, Math.max(width!, height!)]).toEqual(["jpeg", 64]);
    expect((await fetch(`${url}?side=nothing`)).status).toBe(400);

    const stream = streetOf(server)!;
    stream.end();
    await until("the last picture", () => stream.state === "closed");
    const frame = stream.newestFrame!;
    let encoded = 0;
    const jpeg = frame.jpeg.bind(frame);
    const counted = (side: number) => {
      encoded++;
      return jpeg(side);
    };
    Object.assign(frame, { jpeg: counted });
    const all = await Promise.all([640, 640, 700, 641].map((side) => fetch(`${url}?side=${side}`)));
    expect([all.map(({ status }) => status), encoded]).toEqual([[200, 200, 200, 200], 1]);
    const etag = all[0]!.headers.get("etag")!;
    expect((await fetch(url, { headers: { "if-none-match": etag } })).status).toBe(304);
  });

  it("is not there before the first picture", async () => {
    await using server = await start();
    const client = await WsClient.connect(server.url);
    await client.next("session.created");
    const none = await json(`${server.url}/v1/streams/session_0/snapshot.jpg`);
    expect([none.status, code(none)]).toEqual([404, "no_frame_yet"]);
  });
});

describe("/v1/streams/{id}/ask", () => {
  const answer = (question: string) => `an answer to ${question}`;

  it("answers as JSON, or with its events as they come", async () => {
    await using server = await start({ answer });
    await thinking(server);
    const url = `${server.url}/v1/streams/street/ask`;
    expect(await json(url, "POST", { question: "what moves?" })).toEqual({
      status: 200,
      body: {
        id: "answer_0",
        object: "answer",
        question: "what moves?",
        text: "an answer to what moves?",
        unit: expect.any(Number),
        media_time_ms: expect.any(Number),
        outside: null,
        note: null,
        unfamiliar: false,
        at_least: false,
        at_least_because: [],
        status: "completed",
        status_details: null,
        usage: { input_tokens: 2, output_tokens: 5, total_tokens: 7 },
        timing: {
          ttft_ms: null,
          staleness_ms: null,
          answer_first_ms: expect.any(Number),
          answer_done_ms: expect.any(Number),
        },
      },
    });
    const watching = await SseClient.open(`${server.url}/v1/streams/street/events`);
    const response = await fetch(url, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ question: "why?", stream: true }),
    });
    expect(response.headers.get("content-type")).toContain("text/event-stream");
    const text = await response.text();
    const types = [...text.matchAll(/^event: (.*)$/gm)].map(([, type]) => type);
    expect(types[0]).toBe("response.created");
    expect(types.slice(-2)).toEqual(["response.output_text.done", "response.done"]);
    expect(new Set(types.slice(1, -2))).toEqual(new Set(["response.output_text.delta"]));
    await watching.first("response.output_text.done", (event) => event.text === "an answer to why?");
    watching.close();
  });

  it("refuses what the model and the limits do not take", async () => {
    await using server = await start({ answer }, { limits: { maxQuestionsPerSecond: 0.001 } });
    const url = `${server.url}/v1/streams/street/ask`;
    const ask = (body: unknown) => json(url, "POST", body);
    const long = await ask({ question: "a b c d e f g h i" });
    expect([long.status, code(long)]).toEqual([400, "question_too_long"]);
    expect((await ask({ question: "x".repeat(5000) })).status).toBe(400);
    expect((await ask({ question: 1 })).status).toBe(400);
    expect((await json(`${server.url}/v1/streams/none/ask`, "POST", { question: "x" })).status).toBe(404);
    const answers = [];
    for (let i = 0; i < 12; i++) answers.push(await ask({ question: "why?" }));
    const refused = answers.filter(({ status }) => status === 429);
    expect(refused.length, "a new stream takes about eight").toBeGreaterThan(2);
    expect(answers.slice(0, -refused.length).map(({ status }) => status)).toEqual(
      Array(12 - refused.length).fill(200),
    );
    expect(code(refused[0]!)).toBe("too_many_questions");
  });

  it("is cancelled when its client leaves, and when it takes too long", async () => {
    const slow = { isHeldOpen: () => true };
    await using server = await start(slow, { limits: { answerTimeoutMs: 200 } });
    const url = `${server.url}/v1/streams/street/ask`;
    const events = await SseClient.open(`${server.url}/v1/streams/street/events`);
    const cancelled = () =>
      events.events.filter(
        (event) => event.type === "response.done" && event.response.status === "cancelled",
      );
    const late = await json(url, "POST", { question: "why?" });
    expect([late.status, code(late)]).toEqual([504, "answer_timeout"]);
    await until("it is cancelled", () => cancelled().length === 1);

    const leaving = new AbortController();
    const { signal } = leaving;
    const headers = { "content-type": "application/json" };
    const asked = fetch(url, { method: "POST", headers, body: JSON.stringify({ question: "how?" }), signal });
    await events.first("response.created", ({ response }) => response.question === "how?");
    leaving.abort();
    await expect(asked).rejects.toThrowError();
    await until("it is cancelled", () => cancelled().length === 2);
    events.close();
  });
});

describe("docs/http-api.md", async () => {
  const text = await readFile(new URL("../../../docs/http-api.md", import.meta.url), "utf8");
  const examples = [...text.matchAll(/^## `(.*)`$[\s\S]*?(?=^## |$(?![\s\S]))/gm)].flatMap(
    ([section, what]) =>
      [...section.matchAll(/^```sh\n(.*?)^```$/gms)].map(([, example]) => [what!, example!] as const),
  );

  it("has examples that work, for every resource", async () => {
    expect(new Set(examples.map(([what]) => what)).size).toBe(12);
    const history = newHistory(join(dir.path, "history.db"));
    onTestFinished(() => history.close());
    await using server = await start({ model: { language: STREET_LANGUAGE } }, { history });
    await thinking(server);
    await eventually(async () => (await history.ask("info", null)).events > 0, "something is kept");
    for (const [what, example] of examples) {
      const command = example
        .replaceAll("http://127.0.0.1:8080", server.url)
        .replaceAll("curl ", "curl --fail ");
      await using run = new Program(
        spawn("bash", ["-ec", command], { cwd: dir.path, stdio: ["ignore", "pipe", "pipe"] }),
      );
      const { code, stdout, stderr } = await run.ended;
      expect([code, stderr], what).toEqual([0, ""]);
      expect(stdout.length > 0, what).toBe(what !== "DELETE /v1/streams/{id}");
    }
    expect((await sharp(join(dir.path, "snapshot.jpg")).metadata()).format).toBe("jpeg");
  });
});
