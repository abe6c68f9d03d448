import { pino } from "pino";
import { describe, expect, it, onTestFinished } from "vitest";
import { wantedBy } from "../../../src/sinks/delivery-schema.ts";
import { Dispatcher } from "../../../src/sinks/dispatcher.ts";
import type { SinkError } from "../../../src/sinks/errors.ts";
import { eventFilter } from "../../../src/sinks/event-filter.ts";
import { Sinks } from "../../../src/sinks/mod.ts";
import { type MqttEntry, mqttSchema } from "../../../src/sinks/mqtt/mqtt-schema.ts";
import type { MqttSinkOptions } from "../../../src/sinks/mqtt/mqtt-sink.ts";
import { openMqttSink } from "../../../src/sinks/mqtt/open-mqtt-sink.ts";
import { noticeOf } from "../../../src/sinks/notice.ts";
import type { Notice } from "../../../src/sinks/sink.ts";
import {
  type ListenedStream,
  LOG_LIMITS,
  type StreamHandle,
  StreamRegistry,
} from "../../../src/streams/mod.ts";
import { selfSigned } from "../../support/certificate.ts";
import { frame } from "../../support/frames.ts";
import { freePort } from "../../support/free-port.ts";
import { DISCOVERY_TOPIC, deviceConfig } from "../../support/home-assistant.ts";
import { hasMosquitto, Mosquitto, type MosquittoOptions } from "../../support/mosquitto.ts";
import { SCRIPTED_MODEL, type Script, ScriptedEngine } from "../../support/scripted-engine.ts";
import { picture, until } from "../../support/server.ts";

const limits = {
  ...{ maxFps: 30, maxFrameBytes: 1e6, maxFramePixels: 1e6, maxPixelsPerSecond: 1e6, maxCatchUpMs: 1000 },
  ...{ maxInflight: 4, idleTimeoutMs: 60_000 },
  ...LOG_LIMITS,
};

const alert = {
  ...{ alert: "visitor", when: "a person enters", message: "A red person enters.", media_time_ms: 200 },
  ...{ response_id: null, zone: null, snapshot: null },
};

interface Setting {
  readonly entry?: Partial<MqttEntry>;
  readonly options?: Partial<MqttSinkOptions>;
  readonly env?: Record<string, string>;
  readonly script?: Script;
  readonly url: string;
}

/** A sink at a broker, with the streams of a server. */
async function start({ entry = {}, options = {}, env = {}, script = {}, url }: Setting) {
  const said: string[] = [];
  const say = (message: unknown) => void said.push(String(message));
  const log = { info: say, warn: say } as MqttSinkOptions["log"];
  const parsed = mqttSchema.parse({ type: "mqtt", url, ...entry });
  const waits = { firstMs: 20, mostMs: 100 };
  const sink = await openMqttSink("home", parsed, { env, version: "1.2.3", waits, log, ...options });
  const dispatcher = new Dispatcher({
    ...{ sink, waits, log: pino({ level: "silent" }) },
    limits: { attemptMs: 1000, giveUpAfterMs: 60_000, maxWaiting: 1000, maxWaitingBytes: 1e6 },
  });
  const wants = eventFilter(wantedBy(parsed));
  const offer = (notice: Notice) => dispatcher.offer(notice, 100);
  const listen = (stream: ListenedStream) =>
    void stream.log.from(null).subscribe((one) => {
      if ("event" in one && wants(stream.id, one.event)) offer(noticeOf(stream, one));
    });
  const engine = new ScriptedEngine(script);
  const streams = new StreamRegistry({
    ...{ engine, limits, maxStreams: 4, maxCameras: 4, listeners: [sink.listen, listen] },
  });
  const open = (id: string, kind: "camera" | "session" = "camera") => streams.open({ id, kind });
  const delivered = () => until("all is delivered", () => dispatcher.figures.waiting === 0);
  onTestFinished(async () => {
    for (const stream of [...streams]) stream.close("going_away");
    await dispatcher.close(0);
    await engine.close();
  });
  return { sink, dispatcher, delivered, offer, open, said };
}

async function startBroker(options: MosquittoOptions = {}) {
  const broker = await Mosquitto.start(options);
  onTestFinished(() => broker[Symbol.asyncDispose]());
  return broker;
}

/** Pictures of an invented camera. */
function show(stream: StreamHandle, from: number, count = 2): void {
  for (let seq = from; seq < from + count; seq++) stream.see(frame(SCRIPTED_MODEL, seq));
}

const config = (camera: string) => `homeassistant/device/thinkalong/${camera}/config`;

describe.skipIf(!hasMosquitto)("a broker as a sink", () => {
  it("keeps what a camera does, and tells Home Assistant of it", async () => {
    const broker = await startBroker();
    const observer = await broker.observe();
    const { open } = await start({
      url: broker.url,
      script: { thought: (unit) => `a red car enters from the left #${unit + 1}` },
    });
    const door = open("yard.2");
    await observer.sees("thinkalong/status", (text) => text === "online");
    await observer.sees("homeassistant/device/thinkalong/yard_2e2/config");
    door.changed({ state: "live", message: "It is live.", mediaTimeMs: 0 });
    show(door, 0, 4);
    await observer.sees("thinkalong/yard.2/thought", (text) => text.includes("#2"));
    await observer.sees("thinkalong/yard.2/counts", (text) => text.includes('"car":2'));
    // Whoever comes later finds it all.
    const later = await broker.observe();
    await later.caughtUp();
    expect(later.seen.every(({ isKept }) => isKept)).toBe(true);
    expect(later.kept.get("thinkalong/yard.2/state")).toBe("live");
    expect(later.json("thinkalong/yard.2/thought")).toMatchObject({
      text: "a red car enters from the left #2",
    });
    expect(later.kept.get("thinkalong/cameras")).toBe('{"yard.2":[]}');
    const configs = [...later.kept].filter(([topic]) => topic.startsWith("homeassistant/"));
    expect(configs).toHaveLength(2);
    for (const [topic, text] of configs) {
      expect(topic).toMatch(DISCOVERY_TOPIC);
      deviceConfig.parse(JSON.parse(text));
    }
    expect(Object.keys(later.json("homeassistant/device/thinkalong/yard_2e2/config").components)).toContain(
      "came_car",
    );
  });

  it("tells alerts: as JSON, as a switch that goes off, and with their picture before them", async () => {
    const broker = await startBroker();
    const observer = await broker.observe();
    const jpeg = await picture();
    const found: string[] = [];
    const pictures = {
      find: async (stream: string, event: string) => {
        found.push(`${stream} ${event}`);
        return new Uint8Array(jpeg);
      },
    };
    const alertsOf = () => ["visitor", "never raised"];
    const { open } = await start({
      url: broker.url,
      entry: { alert_off_after: 0.3 },
      options: { pictures, alertsOf },
    });
    const door = open("door");
    await observer.sees("thinkalong/door/alert/visitor", (text) => text === "OFF");
    await observer.sees("thinkalong/door/alert/never%20raised", (text) => text === "OFF");
    const snapshot = "/v1/streams/door/events/event_0/snapshot.jpg";
    door.raise({ ...alert, snapshot });
    await observer.sees("thinkalong/door/alert");
    expect(found).toEqual(["door event_0"]);
    expect(observer.json("thinkalong/door/alert")).toMatchObject({
      event_type: "raised",
      alert: "visitor",
      snapshot,
    });
    const topics = observer.seen.map(({ topic }) => topic);
    expect(topics.lastIndexOf("thinkalong/door/snapshot")).toBeLessThan(
      topics.lastIndexOf("thinkalong/door/alert"),
    );
    expect(observer.seen.find(({ topic }) => topic.endsWith("/snapshot"))!.bytes).toEqual(jpeg);
    await until("it goes off", () => observer.texts("thinkalong/door/alert/visitor").length === 3);
    expect(observer.texts("thinkalong/door/alert/visitor")).toEqual(["OFF", "ON", "OFF"]);
    expect(Object.keys(observer.json(config("door")).components)).toEqual(
      expect.arrayContaining(["alert_visitor", "alert_never raised", "snapshot"]),
    );
    const later = await broker.observe("thinkalong/door/alert");
    await later.caughtUp();
    expect(later.seen).toEqual([]);
  });

  it("tells an alert that is delivered late, and switches nothing on", async () => {
    const broker = await startBroker();
    const observer = await broker.observe();
    const { open, offer, delivered } = await start({ url: broker.url, entry: { alert_off_after: 10 } });
    open("door");
    await observer.sees(config("door"));
    const event = { type: "alert.raised", event_id: "event_7", ...alert } as const;
    const heardAtMs = Date.now() - 60_000;
    offer({ stream: "door", kind: "camera", event, number: 7, heardAtMs, id: "door:7" });
    await observer.sees("thinkalong/door/alert");
    expect(observer.json("thinkalong/door/alert").at).toBe(new Date(heardAtMs).toISOString());
    await delivered();
    expect(observer.texts("thinkalong/door/alert/visitor")).toEqual(["OFF"]);
  });

  it("learns of an alert when it is raised first", async () => {
    const broker = await startBroker();
    const observer = await broker.observe();
    const { open } = await start({ url: broker.url });
    open("door").raise(alert);
    await observer.sees("thinkalong/door/alert/visitor", (text) => text === "ON");
    await observer.sees(config("door"), (text) => text.includes("alert_visitor"));
    await observer.sees("thinkalong/cameras", (text) => text === '{"door":["visitor"]}');
  });

  it("has a switch for each alert that there is now", async () => {
    const broker = await startBroker();
    const observer = await broker.observe();
    let alerts = ["one", "two"];
    const { open, sink } = await start({ url: broker.url, options: { alertsOf: () => alerts } });
    open("door");
    await observer.sees("thinkalong/door/alert/two", (text) => text === "OFF");
    alerts = ["two", "three"];
    sink.alertsChanged();
    await observer.sees(config("door"), (text) => text.includes('"alert_one":{"platform":"binary_sensor"}'));
    await observer.sees("thinkalong/door/alert/three", (text) => text === "OFF");
    expect(observer.kept.has("thinkalong/door/alert/one")).toBe(false);
    expect(observer.kept.get("thinkalong/cameras")).toBe('{"door":["two","three"]}');
  });

  it("answers questions that come by the broker", async () => {
    const broker = await startBroker();
    const observer = await broker.observe();
    const { open, delivered } = await start({
      url: broker.url,
      script: { answer: (question) => `about ${question}` },
    });
    const door = open("door");
    await observer.sees(config("door"));
    const answers = () => observer.texts("thinkalong/door/answer").map((text) => JSON.parse(text));
    const ask = (text: string, options: object = {}) =>
      observer.client.publishAsync("thinkalong/door/ask", text, options);
    await ask("what is moving?");
    await until("there is an answer", () => answers().length === 1);
    expect(answers()[0]).toMatchObject({
      question: "what is moving?",
      text: "about what is moving?",
      id: null,
      error: null,
    });
    await ask('{"question": "who came?", "id": "q7"}');
    await until("there is another one", () => answers().length === 2);
    expect(answers()[1]).toMatchObject({ question: "who came?", text: "about who came?", id: "q7" });
    // One that somebody else has asked is told, too, and none of the others twice.
    door.ask("by whom?");
    await until("there is a third one", () => answers().length === 3);
    expect(answers()[2]).toMatchObject({ question: "by whom?", text: "about by whom?" });
    await ask("one two three four five six seven eight nine ten");
    await until("it is refused", () => answers().length === 4);
    expect(answers()[3]).toMatchObject({ text: "", error: { code: "question_too_long" } });
    // What the broker keeps is an old question, which was asked before.
    await ask("old?", { retain: true });
    await until("it is answered once", () => answers().length === 5);
    await broker.kill();
    await broker.listen();
    await delivered();
    expect(answers().filter(({ question }) => question === "old?")).toHaveLength(1);
  });

  it("says why there is no answer, and takes no more questions than it may", async () => {
    const broker = await startBroker();
    const observer = await broker.observe("thinkalong/+/answer");
    const { open } = await start({ url: broker.url });
    const door = open("door");
    door.close("going_away");
    await until("it is connected", () => observer.client.connected);
    const errors = () => observer.seen.map(({ text }) => JSON.parse(text).error?.code);
    await until("a question is heard", () => {
      observer.client.publish("thinkalong/nobody/ask", "who?");
      return errors().length > 0;
    });
    expect(errors()[0]).toBe("stream_not_found");
    for (let i = 0; i < 20; i++) observer.client.publish("thinkalong/door/ask", "who?");
    await until("some are refused", () => errors().includes("too_many_questions"));
  });

  it("is told of sessions without keeping them", async () => {
    const broker = await startBroker();
    const observer = await broker.observe();
    const { open, delivered } = await start({ url: broker.url });
    const session = open("visit", "session");
    show(session, 0, 2);
    await observer.sees("thinkalong/visit/thought");
    session.close("completed");
    await delivered();
    const later = await broker.observe();
    await later.caughtUp();
    expect(later.kept.has("thinkalong/status")).toBe(true);
    expect([...later.kept.keys()].filter((topic) => topic.includes("visit"))).toEqual([]);
    expect(observer.texts("thinkalong/cameras").at(-1) ?? "{}").toBe("{}");
  });

  it("forgets a camera that was closed for good, and keeps one that is opened again or whose video has ended", async () => {
    const broker = await startBroker();
    const observer = await broker.observe();
    const { open } = await start({ url: broker.url, options: { reopenMs: 100 } });
    const [gone, again, film] = [open("gone"), open("again"), open("film")];
    await until("all are there", () =>
      ["gone", "again", "film"].every((name) => observer.kept.has(config(name))),
    );
    gone.raise(alert);
    await observer.sees("thinkalong/gone/alert/visitor", (text) => text === "ON");
    film.changed({ state: "ended", message: "It has ended.", mediaTimeMs: 0 });
    for (const stream of [gone, again, film]) stream.close("completed");
    open("again");
    await until("it is gone", () => [...observer.kept.keys()].every((topic) => !topic.includes("gone")));
    expect(observer.kept.get("thinkalong/cameras")).toBe('{"again":[],"film":[]}');
    expect(observer.kept.has(config("again")) && observer.kept.has(config("film"))).toBe(true);
    expect(observer.kept.get("thinkalong/film/state")).toBe("ended");
  });

  it("forgets after a restart what is not there any more", async () => {
    const broker = await startBroker();
    const first = await start({ url: broker.url });
    const [door, yard] = [first.open("door"), first.open("yard")];
    door.raise(alert);
    yard.raise(alert);
    await first.delivered();
    await first.sink.close();
    const observer = await broker.observe();
    await observer.caughtUp();
    expect(observer.kept.has(config("yard"))).toBe(true);
    expect(observer.kept.get("thinkalong/status")).toBe("offline");
    const second = await start({ url: broker.url, options: { returnMs: 300, alertsOf: () => ["other"] } });
    second.open("door");
    await observer.sees(config("door"), (text) =>
      text.includes('"alert_visitor":{"platform":"binary_sensor"}'),
    );
    await until("the yard is gone", () =>
      [...observer.kept.keys()].every((topic) => !topic.includes("yard")),
    );
    expect(observer.kept.get("thinkalong/cameras")).toBe('{"door":["other"]}');
    expect(observer.kept.has("thinkalong/door/alert/visitor")).toBe(false);
    expect(observer.kept.get("thinkalong/door/alert/other")).toBe("OFF");
  });

  it("tells Home Assistant everything again when that has started", async () => {
    const broker = await startBroker();
    const observer = await broker.observe();
    const { open } = await start({ url: broker.url });
    open("door");
    await until("it is there", () => observer.texts(config("door")).length === 1);
    await observer.client.publishAsync("homeassistant/status", "offline");
    await observer.client.publishAsync("homeassistant/status", "online");
    await until("it is told again", () => observer.texts(config("door")).length === 2);
    await until("its state, too", () => observer.texts("thinkalong/door/state").length === 2);
  });

  it("tells nothing of devices where that is not wanted", async () => {
    const broker = await startBroker();
    const observer = await broker.observe();
    const { open } = await start({
      url: broker.url,
      entry: { discovery: false, ask: false, base_topic: "home/cams" },
    });
    open("door");
    await observer.sees("home/cams/door/state");
    await observer.sees("home/cams/cameras");
    expect(observer.seen.filter(({ topic }) => !topic.startsWith("home/cams/"))).toEqual([]);
  });
});

describe.skipIf(!hasMosquitto)("a broker that fails", () => {
  it("that is gone and back has everything again, and every alert once it is back", async () => {
    const broker = await startBroker();
    const observer = await broker.observe();
    // So that it comes back when it is told to, and the observer has come before.
    const waits = { firstMs: 600_000 };
    const { open, dispatcher, delivered, said, sink } = await start({ url: broker.url, options: { waits } });
    const door = open("door");
    door.changed({ state: "live", message: "It is live.", mediaTimeMs: 0 });
    show(door, 0, 2);
    await observer.sees("thinkalong/door/thought");
    await delivered();
    await broker.kill();
    await until("that is noticed", () => {
      sink.reconnect();
      return said.some((line) => line.includes("Nothing listens there."));
    });
    for (let i = 0; i < 5; i++) door.raise({ ...alert, media_time_ms: i });
    await expect(
      sink.deliver(
        { stream: "x", kind: "camera", event: { type: "error" } as never, number: 0, heardAtMs: 0, id: "x" },
        AbortSignal.timeout(1000),
      ),
    ).rejects.toMatchObject({
      failure: "passing",
      message: expect.stringContaining("is not connected. Nothing listens there."),
    });
    expect(dispatcher.figures.waiting).toBe(5);
    observer.seen.length = 0;
    await broker.listen();
    await observer.caughtUp();
    sink.reconnect();
    await delivered();
    await observer.caughtUp();
    expect(observer.texts("thinkalong/door/alert").map((text) => JSON.parse(text).media_time_ms)).toEqual([
      0, 1, 2, 3, 4,
    ]);
    // The broker has forgotten everything meanwhile.
    const later = await broker.observe();
    await later.caughtUp();
    expect([config("door"), "thinkalong/door/thought"].filter((topic) => !later.kept.has(topic))).toEqual([]);
    expect(later.kept.get("thinkalong/status")).toBe("online");
    expect(later.kept.get("thinkalong/door/state")).toBe("live");
    expect(later.json("thinkalong/door/counts").alerts).toBe(5);
    expect(said.at(-1)).toBe(`The broker ${broker.url} is connected now.`);
  });

  it("that is away while a camera is closed for good has nothing of it when it is back", async () => {
    const broker = await startBroker();
    const waits = { firstMs: 600_000 };
    const options = { waits, reopenMs: 20 };
    const { open, dispatcher, delivered, sink } = await start({ url: broker.url, options });
    const door = open("door");
    await delivered();
    broker.freeze();
    // It is under way when the camera goes.
    show(door, 0, 2);
    await until("it is under way", () => dispatcher.figures.waiting > 0);
    await broker.kill();
    door.close("completed");
    await broker.listen();
    const observer = await broker.observe();
    await until("all is delivered", () => {
      sink.reconnect();
      return observer.kept.has("thinkalong/status");
    });
    await delivered();
    await observer.caughtUp();
    expect([...observer.kept.keys()].filter((topic) => topic.includes("door"))).toEqual([]);
  });

  it("that was not there at first is found when it comes", async () => {
    const port = await freePort();
    const { open, said } = await start({ url: `mqtt://127.0.0.1:${port}` });
    open("door");
    await until("it is missed", () => said.length === 1);
    expect(said[0]).toContain("Check host and port, and whether the broker runs.");
    const observer = await (await startBroker({ port })).observe();
    await observer.sees(config("door"));
    expect(said).toHaveLength(2);
  });

  it("says that the server is gone when its connection breaks, and that it is back", async () => {
    const broker = await startBroker();
    const observer = await broker.observe("thinkalong/status");
    const { sink } = await start({ url: broker.url });
    await observer.sees("thinkalong/status", (text) => text === "online");
    // Somebody with the same id takes its place, and leaves without a word.
    const { connectAsync } = await import("mqtt");
    const thief = await connectAsync(broker.url, { clientId: "thinkalong_thinkalong", reconnectPeriod: 0 });
    thief.on("error", () => {});
    await observer.sees("thinkalong/status", (text) => text === "offline");
    await until(
      "it is back",
      () => observer.texts("thinkalong/status").slice(-2).join() === "offline,online",
    );
    thief.end(true);
    // A late will of an earlier connection is set right.
    await observer.client.publishAsync("thinkalong/status", "offline", { retain: true });
    await until(
      "it is set right",
      () => observer.texts("thinkalong/status").slice(-2).join() === "offline,online",
    );
    await sink.close();
    await until("it says good-bye", () => observer.texts("thinkalong/status").at(-1) === "offline");
  });

  it("that is slow holds up nothing but its own messages, and gets them all", async () => {
    const broker = await startBroker();
    const observer = await broker.observe();
    const { open, sink, delivered } = await start({ url: broker.url });
    const door = open("door");
    await until("it is there", () => observer.kept.has(config("door")));
    broker.freeze();
    const patience = AbortSignal.timeout(200);
    const notice = {
      stream: "door",
      kind: "camera",
      number: 9,
      heardAtMs: Date.now(),
      id: "door:9",
    } as const;
    const event = { type: "alert.raised", event_id: "event_9", ...alert, alert: "slow" } as const;
    await expect(sink.deliver({ ...notice, event }, patience)).rejects.toMatchObject({
      name: "TimeoutError",
    });
    for (let i = 0; i < 20; i++) door.raise({ ...alert, media_time_ms: i });
    broker.thaw();
    await delivered();
    const times = observer
      .texts("thinkalong/door/alert")
      .map((text) => JSON.parse(text))
      .filter(({ alert }) => alert === "visitor");
    expect([...new Set(times.map(({ media_time_ms }) => media_time_ms))]).toEqual([...Array(20).keys()]);
    expect(observer.json("thinkalong/door/counts").alerts).toBe(21);
  });

  it("that hangs is given up, and connected to again", async () => {
    const broker = await startBroker();
    const { open, said } = await start({ url: broker.url, options: { keepaliveS: 1 } });
    open("door");
    const observer = await broker.observe();
    await observer.sees("thinkalong/status", (text) => text === "online");
    broker.freeze();
    await until("it is given up", () => said.some((line) => line.includes("Keepalive timeout")));
    broker.thaw();
    await until("it is connected again", () => said.at(-1)!.endsWith("is connected now."));
  });

  it("lets in whoever has the password, and says why others are refused", async () => {
    const broker = await startBroker({ user: { name: "cams", password: "hunter2" } });
    const observer = await broker.observe();
    const wrong = await start({
      url: broker.url,
      entry: { username: "cams", password: "hunter3", client_id: "wrong" },
    });
    await until("it is refused", () => wrong.said.length === 1);
    expect(wrong.said[0]).toMatch(/refuses this user .*Check username and password/);
    expect(wrong.said[0]).not.toContain("hunter3");
    const right = await start({
      ...{ url: broker.url, entry: { username: "cams", password_env: "BROKER_PASSWORD" } },
      env: { BROKER_PASSWORD: "hunter2" },
    });
    right.open("door");
    await observer.sees("thinkalong/door/state");
    expect(right.said).toEqual([]);
  });

  it("is spoken to over TLS, and only with a certificate that is trusted", async () => {
    const tls = await selfSigned();
    if (tls === null) return;
    const folder = await import("../../support/media.ts").then(({ makeTempDir }) => makeTempDir());
    onTestFinished(() => folder.remove());
    const { writeFile } = await import("node:fs/promises");
    await writeFile(`${folder.path}/ca.pem`, tls.cert);
    const broker = await startBroker({ tls });
    const { said } = await start({ url: broker.url });
    await until("it is not trusted", () => said.length === 1);
    expect(said[0]).toContain("Name the file of the certificate that has signed it as ca");
  });
});

describe.skipIf(!hasMosquitto)("a broker among the sinks of a server", () => {
  it("gets what waited as soon as it is back, and after a reload knows the cameras that are open", async () => {
    const broker = await startBroker();
    const observer = await broker.observe();
    const sinks = new Sinks({
      log: pino({ level: "silent" }),
      waits: { firstMs: 50, mostMs: 60_000, random: () => 0 },
    });
    const load = (entry: Partial<MqttEntry>) =>
      sinks.load(new Map([["home", mqttSchema.parse({ type: "mqtt", url: broker.url, ...entry })]]));
    await load({});
    const engine = new ScriptedEngine();
    const streams = new StreamRegistry({
      engine,
      limits,
      maxStreams: 4,
      maxCameras: 4,
      listeners: [sinks.listener],
    });
    onTestFinished(async () => {
      for (const stream of [...streams]) stream.close("going_away");
      await sinks.close(0);
      await engine.close();
    });
    const door = streams.open({ id: "door", kind: "camera" });
    await observer.sees(config("door"));
    await broker.kill();
    for (let i = 0; i < 3; i++) door.raise({ ...alert, media_time_ms: i });
    await until("that has failed", () => sinks.figures().home!.last_error !== null);
    await broker.listen();
    await until("all is delivered", () => sinks.figures().home!.waiting === 0);
    const change = await load({ base_topic: "other" });
    expect(change.changed).toEqual(["home"]);
    await observer.sees("other/door/state");
    await until(
      "the one before says good-bye",
      () => observer.texts("thinkalong/status").at(-1) === "offline",
    );
    door.raise(alert);
    await observer.sees("other/door/alert");
    // The same address and id as before: the old connection goes, and the new one is not taken for gone.
    await load({ base_topic: "other", alert_off_after: 7 });
    await observer.sees("homeassistant/device/other/door/config", (text) => text.includes('"off_delay":7'));
    await until("it is online", () => observer.texts("other/status").at(-1) === "online");
    expect(sinks.figures().home).toMatchObject({ failed: 0, dropped: 0 });
  });
});

describe("a broker that cannot be as it is given", () => {
  const open = (entry: Partial<MqttEntry>) =>
    start({ url: "mqtts://127.0.0.1:1", entry }).then(
      () => null,
      (error: SinkError) => error,
    );

  it("says so at the start", async () => {
    expect(await open({ username: "a", password_env: "NOT_SET" })).toMatchObject({
      name: "SinkError",
      key: "password_env",
    });
    expect(await open({ ca: "/nowhere/ca.pem" })).toMatchObject({ name: "SinkError", key: "ca" });
    expect(await open({ ca: "package.json" })).toMatchObject({
      key: "ca",
      message: expect.stringContaining("PEM"),
    });
  });
});
