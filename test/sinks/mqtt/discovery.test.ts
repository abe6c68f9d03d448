import { Template } from "@huggingface/jinja";
import { describe, expect, it } from "vitest";
import { Discovery } from "../../../src/sinks/mqtt/discovery.ts";
import type { MqttMessage } from "../../../src/sinks/mqtt/message.ts";
import { Topics } from "../../../src/sinks/mqtt/topics.ts";
import { DISCOVERY_TOPIC, deviceConfig } from "../../support/home-assistant.ts";

const options = {
  ...{ topics: new Topics("thinkalong"), prefix: "homeassistant", version: "1.2.3" },
  ...{ offDelayS: 30, hasSnapshots: true, hasAsk: true },
};
const features = { alerts: ["visitor", "a + b"], formerAlerts: ["old"], came: ["car"], left: ["person"] };
const none = { alerts: [], formerAlerts: [], came: [], left: [] };

/** Reads a config as Home Assistant does. */
function read({ topic, payload, retain }: MqttMessage) {
  expect(topic).toMatch(DISCOVERY_TOPIC);
  expect(retain).toBe(true);
  return deviceConfig.parse(JSON.parse(payload as string));
}

const componentsOf = (message: MqttMessage) =>
  read(message).components as Record<string, Record<string, unknown>>;

describe("the device of a camera", () => {
  it("is one that Home Assistant takes, by whatever name", () => {
    for (const name of ["door", "yard.2", "a-b_c", "0", "A.b.C-d"])
      for (const each of [features, none]) read(new Discovery(options).camera(name, each));
  });

  it("has the entities that the docs name", () => {
    const components = componentsOf(new Discovery(options).camera("door", features));
    const shown = Object.values(components).map(
      ({ platform, name }) => `${platform}: ${name ?? "taken away"}`,
    );
    expect(shown).toEqual([
      ...["sensor: Last thought", "sensor: State", "event: Alert", "binary_sensor: taken away"],
      ...["binary_sensor: visitor", "binary_sensor: a + b", "sensor: Alerts", "sensor: Thoughts"],
      ...[
        "sensor: Came: car",
        "sensor: Left: person",
        "image: Last alert",
        "sensor: Answer",
        "text: Question",
      ],
    ]);
  });

  it("belongs to the server's device, and is there as long as the server is", () => {
    const discovery = new Discovery(options);
    const server = read(discovery.server());
    const camera = read(discovery.camera("door", none));
    expect(camera.device.via_device).toBe(server.device.identifiers[0]);
    expect(camera.availability).toEqual([{ topic: "thinkalong/status" }]);
    expect(server.availability).toBeUndefined();
    expect([server.origin, camera.origin]).toEqual(
      Array(2).fill({ name: "thinkalong", sw_version: "1.2.3" }),
    );
  });

  it("has ids of its own: other cameras and other servers have others", () => {
    const other = { ...options, topics: new Topics("thinkalong/door") };
    const configs = [
      ...["door", "door.", "door_", "door-"].map((name) => new Discovery(options).camera(name, features)),
      ...[
        new Discovery(options).server(),
        new Discovery(other).server(),
        new Discovery(other).camera("door", features),
      ],
    ];
    const ids = configs.flatMap((config) =>
      Object.values(componentsOf(config)).flatMap(({ unique_id }) => unique_id ?? []),
    );
    expect(new Set(ids).size).toBe(ids.length);
    expect(new Set(configs.map(({ topic }) => topic)).size).toBe(configs.length);
    expect(new Set(configs.map((config) => read(config).device.identifiers[0])).size).toBe(configs.length);
  });

  it("has no entities for what is switched off", () => {
    const discovery = new Discovery({ ...options, hasSnapshots: false, hasAsk: false });
    const platforms = Object.values(componentsOf(discovery.camera("door", none))).map(
      ({ platform }) => platform,
    );
    expect(platforms).not.toContain("image");
    expect(platforms).not.toContain("text");
  });
});

describe("the templates of the device", () => {
  const components = componentsOf(new Discovery(options).camera("door", features));
  const state = (key: string, value_json: object) =>
    new Template(components[key]!.value_template as string).render({ value_json });

  it("cut a long text to what a state may have", () => {
    const text = "word ".repeat(60).trim();
    for (const key of ["thought", "answer"]) {
      expect(state(key, { text: "a car stops" })).toBe("a car stops");
      expect(state(key, { text: "x".repeat(255) })).toBe("x".repeat(255));
      expect(state(key, { text })).toBe(`${text.slice(0, 254)}…`);
    }
  });

  it("do not run what the model has said", () => {
    expect(state("thought", { text: "{{ 1 + 1 }} {% set x = 1 %}" })).toBe("{{ 1 + 1 }} {% set x = 1 %}");
  });

  it("find the counts", () => {
    const counts = { alerts: 3, thoughts: 7, came: { car: 2 }, left: { person: 5 } };
    expect(["alerts", "thoughts", "came_car", "left_person"].map((key) => state(key, counts))).toEqual([
      "3",
      "7",
      "2",
      "5",
    ]);
  });
});

describe("the mirror of Home Assistant", () => {
  it("refuses what Home Assistant refuses", () => {
    const config = JSON.parse(new Discovery(options).camera("door", features).payload as string);
    const refused = (
      change: (config: { device: object; origin?: object; components: Record<string, object> }) => void,
    ) => {
      const changed = structuredClone(config);
      change(changed);
      return !deviceConfig.safeParse(changed).success;
    };
    expect(refused(() => {})).toBe(false);
    expect(refused((all) => delete all.origin)).toBe(true);
    expect(refused((all) => Object.assign(all.device, { identifiers: [] }))).toBe(true);
    expect(refused((all) => Object.assign(all.components.thought!, { unique_id: undefined }))).toBe(true);
    expect(refused((all) => Object.assign(all.components.thought!, { state_topic: "a/b+/c" }))).toBe(true);
    expect(refused((all) => Object.assign(all.components.state!, { options: undefined }))).toBe(true);
    expect(refused((all) => Object.assign(all.components.state!, { state_class: "total" }))).toBe(true);
    expect(refused((all) => Object.assign(all.components.ask!, { command_topic: "a/#" }))).toBe(true);
    expect(refused((all) => Object.assign(all.components.snapshot!, { url_topic: "a" }))).toBe(true);
    expect(refused((all) => Object.assign(all.components.thought!, { stat_class: "x" }))).toBe(true);
    expect(DISCOVERY_TOPIC.test("homeassistant/device/yard.2/config")).toBe(false);
  });
});
