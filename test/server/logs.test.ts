import { pino } from "pino";
import { describe, expect, it, onTestFinished } from "vitest";
import { picture, until } from "../support/server.ts";
import { SnapshotServer } from "../support/snapshot-server.ts";
import { SseClient } from "../support/sse-client.ts";
import { bearer, secretOf, startGuardedServer, ticketOf } from "../support/tokens.ts";
import { WsClient } from "../support/ws-client.ts";

type Line = Readonly<Record<string, unknown>> & { readonly msg: string; readonly level: number };

const PASSWORD = "camera-password-9876";
const QUESTION = "what colour is the secret car?";
const THOUGHT = "a turquoise lorry leaves";

/** How pictures begin, as base64 and as the bytes of a buffer in JSON, and as a URL. */
const PICTURES = ["/9j/", "255,216,255", "data:image"];

/** Pieces of a picture as base64: whatever part of it stood in the log, one of these would. */
function piecesOf(picture: Buffer): string[] {
  const text = picture.toString("base64");
  return Array.from({ length: Math.floor((text.length - 32) / 16) }, (_, i) =>
    text.slice(16 * i, 16 * i + 32),
  );
}

/**
 * A server with tokens on which everything happens that a log could tell of: cameras that work and that do not, pushes in
 * every form, questions, tickets, sessions that are resumed, refusals of all kinds.
 */
async function busyServer() {
  const lines: string[] = [];
  const log = pino({ level: "trace" }, { write: (line) => void lines.push(line) });
  const jpeg = await picture();
  const other = await picture("jpeg", { colour: "#993366" });
  const camera = Object.assign(new SnapshotServer(), {
    access: { user: "viewer", password: PASSWORD, scheme: "Basic" as const },
  });
  // The same picture again would not be looked at.
  Object.defineProperty(camera, "picture", { get: () => (camera.requests % 2 ? jpeg : other) });
  await camera.listen();
  onTestFinished(() => camera.die());
  const address = (host: string) => `http://viewer:${PASSWORD}@${host}/snapshot.jpg?key=${PASSWORD}`;
  const { host } = new URL(camera.url);
  const server = await startGuardedServer(
    [
      { name: "admin", scopes: ["admin"] },
      { name: "pusher", scopes: ["push"] },
      { name: "door-only", scopes: ["watch"], streams: ["door"] },
    ],
    {
      log,
      cameras: {
        door: { url: address(host), interval: 0.05 },
        lost: { url: address("127.0.0.1:9"), interval: 0.05 },
      },
      cameraNetwork: { allowPrivate: true },
      limits: { maxSessions: 2 },
    },
    { thought: () => THOUGHT },
  );
  onTestFinished(() => server[Symbol.asyncDispose]());
  const secrets = [
    PASSWORD,
    secretOf("admin"),
    secretOf("pusher"),
    secretOf("door-only"),
    "wrong-secret-01234567",
  ];
  const admin = await WsClient.connect(server.url, bearer("admin"));
  const { session } = await admin.next("session.created");
  const resume = session.resume!.token;
  secrets.push(resume, QUESTION, THOUGHT, ...PICTURES, ...piecesOf(jpeg), ...piecesOf(other));
  admin.frame(jpeg, 0, 0);
  admin.frame(jpeg, 1, 100);
  admin.send({
    type: "input_video_frame.append",
    image: jpeg.toString("base64"),
    seq: 2,
    capture_time_ms: 200,
  });
  admin.send({ type: "input_video_frame.append", image: jpeg.toString("base64"), seq: "no number" });
  admin.send({ type: jpeg.toString("base64") });
  admin.socket.send(`{"image": "${jpeg.toString("base64")}`);
  admin.socket.send(Buffer.from("no picture"));
  admin.ask(QUESTION);
  await admin.next("response.done", ({ response }) => response.kind === "answer");
  await until("the errors", () => admin.all("error").length >= 4);
  const cutOff = admin.socket;
  cutOff.terminate();
  await admin.closed();
  const back = await WsClient.connect(server.url, { ...bearer("admin"), query: { resume } });
  await back.next("session.resumed");
  const { body } = await ticketOf(server, "admin");
  secrets.push(body.ticket);
  const watcher = await WsClient.connect(server.url, { query: { ticket: body.ticket, stream: "door" } });
  await watcher.next("session.created");
  const forReading = await ticketOf(server, "admin");
  secrets.push(forReading.body.ticket);
  const reader = await SseClient.open(
    `${server.url}/v1/streams/door/events?ticket=${forReading.body.ticket}`,
    { accept: "text/event-stream" },
  );
  await reader.first("response.reasoning_text.done");
  reader.close();
  const refused = (options: object) => expect(WsClient.connect(server.url, options)).rejects.toThrowError();
  await refused({ headers: { authorization: "Bearer wrong-secret-01234567" } });
  await refused({ query: { ticket: body.ticket } });
  await refused({ ...bearer("door-only") });
  await (
    await WsClient.connect(server.url, { ...bearer("admin"), query: { resume: resume.slice(0, -1) } })
  ).closed();
  const request = (path: string, options: RequestInit = {}) =>
    fetch(`${server.url}${path}`, { ...bearer("admin"), ...options });
  await request("/v1/streams/door/snapshot.jpg");
  await request("/v1/streams/door/ask", {
    method: "POST",
    headers: { ...bearer("admin").headers, "content-type": "application/json" },
    body: JSON.stringify({ question: QUESTION }),
  });
  await request("/v1/streams", {
    method: "POST",
    headers: { ...bearer("admin").headers, "content-type": "application/json" },
    body: JSON.stringify({ id: "yard", url: address("127.0.0.1:9"), interval: 1 }),
  });
  await request("/v1/streams/yard", { method: "DELETE" });
  await fetch(`${server.url}/v1/streams?ticket=${body.ticket}`);
  await until("the camera that cannot be reached", () =>
    lines.some((line) => line.includes('"stream":"lost"')),
  );
  back.send({ type: "session.close" });
  await back.closed();
  await server.close();
  return { lines, secrets, session: session.id };
}

describe("the log of a busy server, at its most talkative", () => {
  it("has the ids of streams in every line about one, and no secrets, pictures, questions or thoughts", async () => {
    const { lines, secrets, session } = await busyServer();
    const told = lines.map((line) => JSON.parse(line) as Line);
    const text = lines.join("");
    for (const secret of secrets) expect(text.includes(secret), `${secret} is in the log`).toBe(false);

    const of = (stream: string) => told.filter((line) => line.stream === stream);
    expect(of("door").every(({ camera }) => camera === "door" || camera === undefined)).toBe(true);
    const said = (stream: string) => of(stream).map(({ msg }) => msg);
    expect(said("door")).toEqual(expect.arrayContaining(["stream opened", "event", "stream closed"]));
    expect(of("door").find(({ state }) => state === "live")).toMatchObject({ camera: "door" });
    expect(of("lost").some(({ state }) => state === "reconnecting")).toBe(true);
    expect(said(session)).toEqual(
      expect.arrayContaining([
        "stream opened",
        "client connected",
        "a message was refused",
        "session waits for its client",
        "socket closed",
        "stream closed",
      ]),
    );
    for (const line of of(session).filter(({ msg }) => msg !== "request"))
      expect(line, line.msg).toMatchObject({ session });
    // Whatever names a session or a camera names its stream, too.
    for (const line of told) {
      const id = line.session ?? line.camera;
      if (id !== undefined) expect(line, line.msg).toMatchObject({ stream: id });
    }
    expect(told.filter(({ msg }) => msg === "request")).toEqual(
      expect.arrayContaining([
        expect.objectContaining({
          level: 20,
          method: "GET",
          path: "/v1/streams/door/snapshot.jpg",
          status: 200,
          stream: "door",
          token: "admin",
        }),
        expect.objectContaining({ method: "POST", path: "/v1/streams", status: 201 }),
        expect.objectContaining({ path: "/v1/streams", status: 401, code: "unauthorized" }),
      ]),
    );
  });

  it("would be found with a picture in it, or a part of one", async () => {
    const jpeg = await picture();
    const isIn = (value: unknown) => PICTURES.some((sign) => JSON.stringify(value).includes(sign));
    expect([isIn({ image: jpeg.toString("base64") }), isIn({ image: jpeg })]).toEqual([true, true]);
    const part = jpeg.toString("base64").slice(100, 160);
    expect(piecesOf(jpeg).some((piece) => part.includes(piece))).toBe(true);
  });
});
