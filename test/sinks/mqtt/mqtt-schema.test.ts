import { describe, expect, it } from "vitest";
import { plainEnglish } from "../../../src/protocol/plain-english.ts";
import { mqttSchema } from "../../../src/sinks/mqtt/mqtt-schema.ts";

const good = { type: "mqtt", url: "mqtt://broker.local" } as const;

/** What is wrong with an entry, as `key: message`; null: nothing. */
function wrong(entry: object): string | null {
  const { error } = mqttSchema.safeParse({ ...good, ...entry }, { error: plainEnglish });
  return error ? error.issues.map(({ path, message }) => `${path.join(".")}: ${message}`).join("; ") : null;
}

describe("the entry of a broker", () => {
  it.each([
    {},
    { url: "mqtts://10.0.0.2:8883", ca: "ca.pem" },
    { url: "mqtt://[::1]:1883/" },
    { username: "cams", password: "secret" },
    { username: "cams", password_env: "MQTT_PASSWORD" },
    { base_topic: "home/cameras", discovery_prefix: "ha" },
    { alert_off_after: "2m", events: ["alerts"], streams: ["door"], give_up_after: "1d" },
  ])("may be %j", (entry) => expect(wrong(entry)).toBeNull());

  it("is told of all that it has topics for", () => {
    expect(mqttSchema.parse(good).events).toEqual([
      ...["alerts", "thoughts", "questions", "answers", "states", "session.stats"],
    ]);
  });

  it.each([
    [{ url: "http://broker.local" }, "url: It must be mqtt://HOST"],
    [{ url: "mqtt://me:secret@broker.local" }, "Name and password are keys of their own"],
    [{ url: "mqtt://broker.local/topic" }, "and nothing else"],
    [{ url: "mqtt://" }, "url: It must be"],
    [{ username: "cams", password: "a", password_env: "B" }, "password_env: There is a password already"],
    [{ password: "a" }, "username: A password needs the name of its user"],
    [
      { username: "cams", password_env: "not a name" },
      "password_env: It must be the name of an environment variable",
    ],
    [{ ca: "ca.pem" }, "ca: A certificate is of use with TLS only"],
    [{ base_topic: "a/+/b" }, "base_topic: It must be a topic without + and #"],
    [{ base_topic: "/a" }, "base_topic"],
    [{ base_topic: "a/" }, "base_topic"],
    [{ base_topic: "$SYS" }, "base_topic"],
    [{ discovery_prefix: "#" }, "discovery_prefix"],
    [{ alert_off_after: 0 }, "alert_off_after"],
    [{ events: [] }, "events"],
    [{ topic: "a" }, 'There is no "topic" here'],
  ])("may not be %j", (entry, message) => expect(wrong(entry)).toContain(message));

  it("never repeats a password that is wrong", () => {
    expect(wrong({ url: "mqtt://me:hunter2@broker.local" })).not.toContain("hunter2");
  });
});
