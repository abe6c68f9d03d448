import { pino } from "pino";
import { describe, expect, it, onTestFinished } from "vitest";
import type { SinkError } from "../../../src/sinks/errors.ts";
import { Sinks } from "../../../src/sinks/mod.ts";
import { type MqttEntry, mqttSchema } from "../../../src/sinks/mqtt/mqtt-schema.ts";
import { StreamRegistry } from "../../../src/streams/mod.ts";
import { selfSigned } from "../../support/certificate.ts";
import { freePort } from "../../support/free-port.ts";
import { hasMosquitto } from "../../support/mosquitto.ts";
import { deviceTopic, raised, show, startBroker, startMqttSink } from "../../support/mqtt-sink.ts";
import { ScriptedEngine } from "../../support/scripted-engine.ts";
import { until } from "../../support/server.ts";
import { AMPLE_LIMITS } from "../../support/stream-limits.ts";

describe.skipIf(!hasMosquitto)("a broker that fails", () => {
  it("that is gone and back has everything again, and every alert once it is back", async () => {
    const broker = await startBroker();
    const observer = await broker.observe();
    // So that it comes back when it is told to, and the observer has come before.
    const waits = { firstMs: 600_000 };
    const { open, dispatcher, delivered, said, sink } = await startMqttSink({
      url: broker.url,
      options: { waits },
    });
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
    for (let i = 0; i < 5; i++) door.raise({ ...raised, media_time_ms: i });
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
    expect(
      [deviceTopic("door"), "thinkalong/door/thought"].filter((topic) => !later.kept.has(topic)),
    ).toEqual([]);
    expect(later.kept.get("thinkalong/status")).toBe("online");
    expect(later.kept.get("thinkalong/door/state")).toBe("live");
    expect(later.json("thinkalong/door/counts").alerts).toBe(5);
    expect(said.at(-1)).toBe(`The broker ${broker.url} is connected now.`);
  });

  it("that is away while a camera is closed for good has nothing of it when it is back", async () => {
    const broker = await startBroker();
    const waits = { firstMs: 600_000 };
    const options = { waits, reopenMs: 20 };
    const { open, dispatcher, delivered, sink } = await startMqttSink({ url: broker.url, options });
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
    await until("it is forgotten", () => [...observer.kept.keys()].every((topic) => !topic.includes("door")));
  });

  it("that was not there at first is found when it comes", async () => {
    const port = await freePort();
    const { open, said } = await startMqttSink({ url: `mqtt://127.0.0.1:${port}` });
    open("door");
    await until("it is missed", () => said.length === 1);
    expect(said[0]).toContain("Check host and port, and whether the broker runs.");
    const observer = await (await startBroker({ port })).observe();
    await observer.sees(deviceTopic("door"));
    await until("it is said that it is connected", () => said.length === 2);
  });

  it("says that the server is gone when its connection breaks, and that it is back", async () => {
    const broker = await startBroker();
    const observer = await broker.observe("thinkalong/status");
    const { sink } = await startMqttSink({ url: broker.url });
    await observer.sees("thinkalong/status", (text) => text === "online");
    // Somebody with the same id takes its place, and leaves without a word.
    const { connectAsync } = await import("mqtt");
    const thief = await connectAsync(broker.url, { clientId: "thinkalong_thinkalong", reconnectPeriod: 0 });
    thief.on("error", () => {});
    await observer.sees("thinkalong/status", (text) => text === "offline");
    // It may say so twice: on the new connection, and to the will of the old one.
    await until("it is back", () => observer.texts("thinkalong/status").at(-1) === "online");
    thief.end(true);
    // A late will of an earlier connection is set right.
    const before = observer.texts("thinkalong/status").length;
    await observer.client.publishAsync("thinkalong/status", "offline", { retain: true });
    await until("it is set right", () => {
      const since = observer.texts("thinkalong/status").slice(before);
      return since.includes("offline") && since.at(-1) === "online";
    });
    await sink.close();
    await until("it says good-bye", () => observer.texts("thinkalong/status").at(-1) === "offline");
  });

  it("that is slow holds up nothing but its own messages, and gets them all", async () => {
    const broker = await startBroker();
    const observer = await broker.observe();
    const { open, sink, delivered } = await startMqttSink({ url: broker.url });
    const door = open("door");
    await until("it is there", () => observer.kept.has(deviceTopic("door")));
    broker.freeze();
    const patience = AbortSignal.timeout(200);
    const notice = {
      stream: "door",
      kind: "camera",
      number: 9,
      heardAtMs: Date.now(),
      id: "door:9",
    } as const;
    const event = { type: "alert.raised", event_id: "event_9", ...raised, alert: "slow" } as const;
    await expect(sink.deliver({ ...notice, event }, patience)).rejects.toMatchObject({
      name: "TimeoutError",
    });
    for (let i = 0; i < 20; i++) door.raise({ ...raised, media_time_ms: i });
    broker.thaw();
    await delivered();
    await observer.caughtUp();
    const times = observer
      .texts("thinkalong/door/alert")
      .map((text) => JSON.parse(text))
      .filter(({ alert }) => alert === "visitor");
    expect([...new Set(times.map(({ media_time_ms }) => media_time_ms))]).toEqual([...Array(20).keys()]);
    expect(observer.json("thinkalong/door/counts").alerts).toBe(21);
  });

  it("that hangs is given up, and connected to again", async () => {
    const broker = await startBroker();
    const { open, said } = await startMqttSink({ url: broker.url, options: { keepaliveS: 1 } });
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
    const wrong = await startMqttSink({
      url: broker.url,
      entry: { username: "cams", password: "hunter3", client_id: "wrong" },
    });
    await until("it is refused", () => wrong.said.length === 1);
    expect(wrong.said[0]).toMatch(/refuses this user .*Check username and password/);
    expect(wrong.said[0]).not.toContain("hunter3");
    const right = await startMqttSink({
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
    const { said } = await startMqttSink({ url: broker.url });
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
      // So that it is connected to again by nothing but a reload.
      waits: { firstMs: 600_000 },
    });
    const load = (entry: Partial<MqttEntry>) =>
      sinks.load(new Map([["home", mqttSchema.parse({ type: "mqtt", url: broker.url, ...entry })]]));
    await load({});
    const engine = new ScriptedEngine();
    const streams = new StreamRegistry({
      engine,
      limits: AMPLE_LIMITS,
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
    await observer.sees(deviceTopic("door"));
    await broker.kill();
    for (let i = 0; i < 3; i++) door.raise({ ...raised, media_time_ms: i });
    await until("that has failed", () => sinks.figures().home!.last_error !== null);
    await broker.listen();
    expect((await load({})).unchanged).toEqual(["home"]);
    await until("all is delivered", () => sinks.figures().home!.waiting === 0);
    const change = await load({ base_topic: "other" });
    expect(change.changed).toEqual(["home"]);
    await observer.sees("other/door/state");
    await until(
      "the one before says good-bye",
      () => observer.texts("thinkalong/status").at(-1) === "offline",
    );
    door.raise(raised);
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
    startMqttSink({ url: "mqtts://127.0.0.1:1", entry }).then(
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
