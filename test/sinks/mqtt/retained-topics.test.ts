import { describe, expect, it } from "vitest";
import type { MqttMessage } from "../../../src/sinks/mqtt/message.ts";
import { RetainedTopics } from "../../../src/sinks/mqtt/retained-topics.ts";

const message = (topic: string, payload: string): MqttMessage => ({ topic, payload, qos: 0, retain: true });

/** A broker that keeps what it is sent, and is away on demand. */
function broker() {
  const sent: string[] = [];
  const state = { isAway: false };
  const publish = async ({ topic, payload }: MqttMessage) => {
    if (state.isAway) throw new Error("away");
    sent.push(`${topic}=${payload}`);
  };
  return { sent, state, publish };
}

describe("what a broker is to keep", () => {
  it("is sent once, and again when it has changed", async () => {
    const { sent, publish } = broker();
    const topics = new RetainedTopics();
    topics.put(message("a", "1"));
    topics.put(message("b", "1"));
    await topics.flush(publish);
    topics.put(message("a", "1"));
    topics.put(message("b", "2"));
    await topics.flush(publish);
    expect(sent).toEqual(["a=1", "b=1", "b=2"]);
  });

  it("is sent later in its newest form where it could not be sent", async () => {
    const { sent, state, publish } = broker();
    const topics = new RetainedTopics();
    state.isAway = true;
    topics.put(message("a", "1"));
    await expect(topics.flush(publish)).rejects.toThrow("away");
    topics.put(message("a", "2"));
    topics.put(message("b", "1"));
    state.isAway = false;
    await topics.flush(publish);
    expect(sent).toEqual(["a=2", "b=1"]);
  });

  it("is sent again as a whole, or in part", async () => {
    const { sent, publish } = broker();
    const topics = new RetainedTopics();
    topics.put(message("a", "1"));
    topics.put(message("b", "1"));
    await topics.flush(publish);
    topics.sendAgain();
    await topics.flush(publish);
    topics.sendAgain(["b", "unknown"]);
    await topics.flush(publish);
    expect(sent.slice(2)).toEqual(["a=1", "b=1", "b=1"]);
  });

  it("is taken away with an empty message, which is not kept itself", async () => {
    const { sent, state, publish } = broker();
    const topics = new RetainedTopics();
    topics.put(message("a", "1"));
    await topics.flush(publish);
    topics.clear("a");
    state.isAway = true;
    await expect(topics.flush(publish)).rejects.toThrow("away");
    expect(topics.size).toBe(1);
    state.isAway = false;
    await topics.flush(publish);
    expect(sent).toEqual(["a=1", "a="]);
    expect(topics.size).toBe(0);
  });

  it("that comes while it is being sent is sent, too", async () => {
    const { sent, publish } = broker();
    const topics = new RetainedTopics();
    topics.put(message("a", "1"));
    await topics.flush(async (one) => {
      if (one.payload === "1") topics.put(message("a", "2"));
      await publish(one);
    });
    expect(sent).toEqual(["a=1", "a=2"]);
  });
});
