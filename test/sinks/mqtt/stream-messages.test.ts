import { describe, expect, it } from "vitest";
import { SERVER_EXAMPLES } from "../../../src/protocol/examples.ts";
import type { ServerEvent } from "../../../src/protocol/mod.ts";
import { StreamMessages } from "../../../src/sinks/mqtt/stream-messages.ts";
import { ToldNumbers } from "../../../src/sinks/mqtt/told-counts.ts";
import { Topics } from "../../../src/sinks/mqtt/topics.ts";

describe("running numbers in thoughts", () => {
  it("are those that were told last, by kind", () => {
    const numbers = new ToldNumbers();
    expect(numbers.hear("a big red car enters from the left #3, a person leaves at the right #1")).toBe(true);
    expect(numbers.hear("a red car moves right")).toBe(false);
    expect(numbers.hear("a hand appears #12")).toBe(true);
    expect(numbers.hear("a hand appears #12")).toBe(false);
    expect(numbers.hear("a car vanishes #2")).toBe(true);
    expect(numbers.counts).toEqual({ came: { car: 3, hand: 12 }, left: { person: 1, car: 2 } });
  });

  it("are not made up from a text that has none", () => {
    const numbers = new ToldNumbers();
    for (const text of [
      "a car enters, then #3 follows",
      "The #1 car is red.",
      "car #4 enters",
      "a car enters from the left",
    ])
      numbers.hear(text);
    expect(numbers.counts).toEqual({ came: {}, left: {} });
  });

  it("do not grow without end", () => {
    const numbers = new ToldNumbers();
    const letters = [..."abcdefghijklmnopqrstuvwxyz"];
    for (const letter of letters) numbers.hear(`a thing${letter} enters #1`);
    expect(Object.keys(numbers.counts.came)).toHaveLength(16);
  });
});

/** The messages of a stream, and what an event becomes: `topic: payload`. */
function messages({ isCamera = true } = {}) {
  const own = new StreamMessages(new Topics("t").of("door"), isCamera);
  let number = 0;
  const hear = (event: ServerEvent, heardAtMs = 1000 * number) => {
    const id = `door:0:${number}`;
    const kind = isCamera ? ("camera" as const) : ("session" as const);
    return own.of({ stream: "door", kind, event, number: number++, heardAtMs, id });
  };
  const told = (event: ServerEvent, heardAtMs?: number) =>
    hear(event, heardAtMs).map(({ topic, payload }) => `${topic.slice("t/door/".length)}: ${payload}`);
  return { own, hear, told };
}

const thought = (text: string): ServerEvent => ({ ...SERVER_EXAMPLES["response.reasoning_text.done"], text });
const stats = (figures: object): ServerEvent => {
  const example = SERVER_EXAMPLES["session.stats"];
  return { ...example, stats: { ...example.stats, ...figures } };
};
const state = (name: "connecting" | "live" | "stalled"): ServerEvent => ({
  ...SERVER_EXAMPLES["stream.state"],
  state: name,
});

describe("the messages of a camera", () => {
  it("tell its state, also where the source does not say that it is live", () => {
    const { told, own } = messages();
    expect(own.first()[0]).toEqual({ topic: "t/door/state", payload: "connecting", qos: 0, retain: true });
    expect(told(state("connecting"))).toEqual(["state: connecting"]);
    expect(told(thought("a car stops"))[0]).toBe("state: live");
    expect(told(state("stalled"))).toEqual(["state: stalled"]);
    expect(told(thought("a car stops"))).toHaveLength(1);
    expect(told({ ...SERVER_EXAMPLES["session.closed"], reason: "failed" })).toEqual(["state: reconnecting"]);
    expect(told({ ...SERVER_EXAMPLES["session.closed"], reason: "completed" })).toEqual(["state: ended"]);
  });

  it("have the whole thought, with its times", () => {
    const { hear } = messages();
    hear(state("live"));
    const [message] = hear(thought("a car stops"), Date.UTC(2026, 0, 1));
    expect(message).toMatchObject({ topic: "t/door/thought", retain: true });
    expect(JSON.parse(message!.payload as string)).toMatchObject({
      text: "a car stops",
      at: "2026-01-01T00:00:00.000Z",
      media_time_ms: expect.any(Number),
      unfamiliar: false,
    });
  });

  it("have an answer as it is, and beside it whether it is a lower bound", () => {
    const { hear } = messages();
    hear(state("live"));
    const bound = { text: "4", at_least: true, at_least_because: ["gap" as const] };
    const [message] = hear({ ...SERVER_EXAMPLES["response.output_text.done"], ...bound });
    expect(JSON.parse(message!.payload as string)).toMatchObject(bound);
  });

  it("say nothing of a skip", () => {
    const { told } = messages();
    told(state("live"));
    expect(told(thought(""))).toEqual([]);
  });

  it("have counts: of the stream now and then, and at once when an alert or a running number comes", () => {
    const { told } = messages();
    told(state("live"));
    expect(told(stats({ thoughts: 1, units: 9 }), 0)).toHaveLength(1);
    expect(told(stats({ thoughts: 2, units: 9 }), 5_000)).toEqual([]);
    expect(told(thought("a car enters from the left #1"), 6_000)[1]).toContain('"thoughts":2,');
    expect(told(SERVER_EXAMPLES["alert.raised"], 7_000)[1]).toContain(
      '"alerts":1,"came":{"car":1},"left":{}',
    );
    expect(told(stats({ thoughts: 3 }), 10_000)).toHaveLength(1);
  });

  it("tell each alert with quality 1 and do not let it be kept", () => {
    const { hear } = messages();
    hear(state("live"));
    const [alert] = hear(SERVER_EXAMPLES["alert.raised"], 0);
    expect(alert).toMatchObject({ topic: "t/door/alert", qos: 1, retain: false });
    expect(JSON.parse(alert!.payload as string)).toEqual({
      ...{ event_type: "raised", id: "door:0:1", at: "1970-01-01T00:00:00.000Z" },
      ...{ alert: "somebody-comes", when: "a person enters from the left", zone: null },
      ...{ message: "A red person enters from the left.", media_time_ms: 35_450 },
      ...{ response_id: "stream_0_thought_71", snapshot: "/v1/streams/door/events/event_62/snapshot.jpg" },
    });
  });

  it("join answers with their questions", () => {
    const { hear, told } = messages();
    const created = SERVER_EXAMPLES["response.created"];
    const answered = SERVER_EXAMPLES["response.output_text.done"];
    const response = {
      ...created.response,
      id: answered.response_id,
      kind: "answer" as const,
      question: "what?",
    };
    expect(told({ ...created, response })).toEqual([]);
    const [answer] = hear(answered);
    expect(answer).toMatchObject({ topic: "t/door/answer", qos: 1, retain: true });
    expect(JSON.parse(answer!.payload as string)).toMatchObject({
      question: "what?",
      text: answered.text,
      error: null,
    });
    expect(JSON.parse(hear(answered)[0]!.payload as string)).toMatchObject({ question: null });
  });

  it("are not kept of a session", () => {
    const { hear } = messages({ isCamera: false });
    expect(hear(thought("a car stops")).every(({ retain }) => !retain)).toBe(true);
    expect(hear({ ...SERVER_EXAMPLES["session.closed"], reason: "going_away" })[0]!.payload).toBe("ended");
  });
});
