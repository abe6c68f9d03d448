import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { createSinks } from "../../../src/cli/serve-sinks.ts";
import { mqttSchema } from "../../../src/sinks/mqtt/mqtt-schema.ts";
import { makeTempDir, makeVideo } from "../../support/media.ts";
import { hasMosquitto } from "../../support/mosquitto.ts";
import { deviceTopic, startBroker } from "../../support/mqtt-sink.ts";
import { KeptLog } from "../../support/notices.ts";
import { startScriptedServer } from "../../support/server.ts";
import { STREET_LANGUAGE } from "../../support/street-language.ts";

describe.skipIf(!hasMosquitto)("the alerts of a server, at a broker", () => {
  it("are switches from the start, are told with their picture, and come and go with their rules", async () => {
    const broker = await startBroker();
    const observer = await broker.observe();
    const dir = await makeTempDir();
    onTestFinished(() => dir.remove());
    const clip = await makeVideo(join(dir.path, "clip.mp4"), { seconds: 20, size: "64x48" });
    const { sinks, onAlerts } = createSinks({ log: new KeptLog().log, drainMs: 100 });
    await sinks.load(new Map([["home", mqttSchema.parse({ type: "mqtt", url: broker.url })]]));
    const alerts = { visitor: { when: "a person enters" }, other: { when: "a car stops" } };
    await using server = await startScriptedServer(
      {
        model: { language: STREET_LANGUAGE },
        thought: (unit) => (unit === 1 ? "a red person enters from the left #1" : null),
      },
      { listeners: [sinks.listener], onAlerts, alerts, cameras: { door: { url: clip } } },
    );
    onTestFinished(() => sinks.close(0));
    const components = () => Object.keys(observer.json(deviceTopic("door"))?.components ?? {});
    await observer.sees("thinkalong/door/alert");
    expect(observer.texts(deviceTopic("door")).every((text) => text.includes("alert_other"))).toBe(true);
    expect(components()).toEqual(expect.arrayContaining(["alert_visitor", "alert_other", "snapshot"]));
    expect(observer.json("thinkalong/door/alert")).toMatchObject({ alert: "visitor", event_type: "raised" });
    const { bytes } = observer.seen.find(({ topic }) => topic === "thinkalong/door/snapshot")!;
    expect([...bytes.subarray(0, 2)]).toEqual([0xff, 0xd8]);

    await server.alerts.load(new Map([["other", alerts.other]]));
    await observer.keeps("thinkalong/door/alert/visitor", undefined);
    await observer.keeps("thinkalong/cameras", '{"door":["other"]}');
  });
});
