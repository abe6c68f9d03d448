import { describe, expect, it } from "vitest";
import { DISCOVERY_TOPIC, deviceConfig } from "../../support/home-assistant.ts";
import { hasMosquitto } from "../../support/mosquitto.ts";
import { deviceTopic, raised, show, startBroker, startMqttSink } from "../../support/mqtt-sink.ts";
import { picture, until } from "../../support/server.ts";

describe.skipIf(!hasMosquitto)("a broker as a sink", () => {
  it("keeps what a camera does, and tells Home Assistant of it", async () => {
    const broker = await startBroker();
    const observer = await broker.observe();
    const { open } = await startMqttSink({
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
    const { open } = await startMqttSink({
      url: broker.url,
      entry: { alert_off_after: 0.3 },
      options: { pictures, alertsOf },
    });
    const door = open("door");
    await observer.sees("thinkalong/door/alert/visitor", (text) => text === "OFF");
    await observer.sees("thinkalong/door/alert/never%20raised", (text) => text === "OFF");
    const snapshot = "/v1/streams/door/events/event_0/snapshot.jpg";
    door.raise({ ...raised, snapshot });
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
    expect(Object.keys(observer.json(deviceTopic("door")).components)).toEqual(
      expect.arrayContaining(["alert_visitor", "alert_never raised", "snapshot"]),
    );
    const later = await broker.observe("thinkalong/door/alert");
    await later.caughtUp();
    expect(later.seen).toEqual([]);
  });

  it("tells an alert that is delivered late, and switches nothing on", async () => {
    const broker = await startBroker();
    const observer = await broker.observe();
    const { open, offer, delivered } = await startMqttSink({
      url: broker.url,
      entry: { alert_off_after: 10 },
    });
    open("door");
    await observer.sees(deviceTopic("door"));
    const event = { type: "alert.raised", event_id: "event_7", ...raised } as const;
    const heardAtMs = Date.now() - 60_000;
    offer({ stream: "door", kind: "camera", event, number: 7, heardAtMs, id: "door:7" });
    await observer.sees("thinkalong/door/alert");
    expect(observer.json("thinkalong/door/alert").at).toBe(new Date(heardAtMs).toISOString());
    await delivered();
    await observer.caughtUp();
    expect(observer.texts("thinkalong/door/alert/visitor")).toEqual(["OFF"]);
  });

  it("learns of an alert when it is raised first", async () => {
    const broker = await startBroker();
    const observer = await broker.observe();
    const { open } = await startMqttSink({ url: broker.url });
    open("door").raise(raised);
    await observer.sees("thinkalong/door/alert/visitor", (text) => text === "ON");
    await observer.sees(deviceTopic("door"), (text) => text.includes("alert_visitor"));
    await observer.keeps("thinkalong/cameras", '{"door":["visitor"]}');
  });

  it("has a switch for each alert that there is now", async () => {
    const broker = await startBroker();
    const observer = await broker.observe();
    let alerts = ["one", "two"];
    const { open, sink } = await startMqttSink({ url: broker.url, options: { alertsOf: () => alerts } });
    open("door");
    await observer.sees("thinkalong/door/alert/two", (text) => text === "OFF");
    alerts = ["two", "three"];
    sink.alertsChanged();
    await observer.sees(deviceTopic("door"), (text) =>
      text.includes('"alert_one":{"platform":"binary_sensor"}'),
    );
    await observer.sees("thinkalong/door/alert/three", (text) => text === "OFF");
    await observer.keeps("thinkalong/door/alert/one", undefined);
    await observer.keeps("thinkalong/cameras", '{"door":["two","three"]}');
  });

  it("answers questions that come by the broker", async () => {
    const broker = await startBroker();
    const observer = await broker.observe();
    const { open, delivered } = await startMqttSink({
      url: broker.url,
      script: { answer: (question) => `about ${question}` },
    });
    const door = open("door");
    await observer.sees(deviceTopic("door"));
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
    const { open } = await startMqttSink({ url: broker.url });
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
    const { open, delivered } = await startMqttSink({ url: broker.url });
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
    const { open } = await startMqttSink({ url: broker.url, options: { reopenMs: 100 } });
    const [gone, again, film] = [open("gone"), open("again"), open("film")];
    await until("all are there", () =>
      ["gone", "again", "film"].every((name) => observer.kept.has(deviceTopic(name))),
    );
    gone.raise(raised);
    await observer.sees("thinkalong/gone/alert/visitor", (text) => text === "ON");
    film.changed({ state: "ended", message: "It has ended.", mediaTimeMs: 0 });
    for (const stream of [gone, again, film]) stream.close("completed");
    open("again");
    await until("it is gone", () => [...observer.kept.keys()].every((topic) => !topic.includes("gone")));
    await observer.keeps("thinkalong/cameras", '{"again":[],"film":[]}');
    expect(observer.kept.has(deviceTopic("again")) && observer.kept.has(deviceTopic("film"))).toBe(true);
    await observer.keeps("thinkalong/film/state", "ended");
  });

  it("forgets after a restart what is not there any more", async () => {
    const broker = await startBroker();
    const first = await startMqttSink({ url: broker.url });
    const [door, yard] = [first.open("door"), first.open("yard")];
    door.raise(raised);
    yard.raise(raised);
    await first.delivered();
    await first.sink.close();
    const observer = await broker.observe();
    await observer.caughtUp();
    expect(observer.kept.has(deviceTopic("yard"))).toBe(true);
    await observer.keeps("thinkalong/status", "offline");
    const second = await startMqttSink({
      url: broker.url,
      options: { returnMs: 300, alertsOf: () => ["other"] },
    });
    second.open("door");
    await observer.sees(deviceTopic("door"), (text) =>
      text.includes('"alert_visitor":{"platform":"binary_sensor"}'),
    );
    await until("the yard is gone", () =>
      [...observer.kept.keys()].every((topic) => !topic.includes("yard")),
    );
    await observer.keeps("thinkalong/cameras", '{"door":["other"]}');
    await observer.keeps("thinkalong/door/alert/visitor", undefined);
    await observer.keeps("thinkalong/door/alert/other", "OFF");
  });

  it("tells Home Assistant everything again when that has started", async () => {
    const broker = await startBroker();
    const observer = await broker.observe();
    const { open } = await startMqttSink({ url: broker.url });
    open("door");
    await until("it is there", () => observer.texts(deviceTopic("door")).length === 1);
    await observer.client.publishAsync("homeassistant/status", "offline");
    await observer.client.publishAsync("homeassistant/status", "online");
    await until("it is told again", () => observer.texts(deviceTopic("door")).length === 2);
    await until("its state, too", () => observer.texts("thinkalong/door/state").length === 2);
  });

  it("tells nothing of devices where that is not wanted", async () => {
    const broker = await startBroker();
    const observer = await broker.observe();
    const { open } = await startMqttSink({
      url: broker.url,
      entry: { discovery: false, ask: false, base_topic: "home/cams" },
    });
    open("door");
    await observer.sees("home/cams/door/state");
    await observer.sees("home/cams/cameras");
    expect(observer.seen.filter(({ topic }) => !topic.startsWith("home/cams/"))).toEqual([]);
  });
});
