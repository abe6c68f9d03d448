import { describe, expect, it } from "vitest";
import type { EngineEvent, ThoughtDone } from "../../src/engine/mod.ts";
import {
  EngineEventMapping,
  errorEvent,
  numberEvent,
  SERVER_EVENTS,
  sessionClosed,
} from "../../src/protocol/mod.ts";

const at = { thought: "thought_3", unit: 3, mediaTimeMs: 3500 };
const interval = { startedAtMs: 1, finishedAtMs: 2 };
const done: ThoughtDone = {
  type: "thought.done",
  sinceMediaTimeMs: 3000,
  ...at,
  text: "a car",
  skipped: false,
  skipReason: null,
  prompt: null,
  unfamiliar: false,
  stop: "end",
  tokens: 3,
  ttftMs: 84,
  stalenessMs: 120,
  reasoned: interval,
};
const totals = {
  framesIn: 8,
  framesDropped: 1,
  units: 4,
  unfamiliarUnits: 2,
  thoughts: 1,
  skips: 2,
  answers: 1,
  reasoningTokens: 5,
  visualUnitsEvicted: 1,
  textTokensEvicted: 6,
};
const answered: EngineEvent = {
  type: "answer.done",
  answer: "answer_0",
  question: "how many?",
  text: "one",
  status: "completed",
  prompt: null,
  unanswerable: null,
  note: null,
  atLeastBecause: [],
  unit: 3,
  mediaTimeMs: 3500,
  unfamiliar: true,
  tokens: { question: 4, answer: 1 },
  firstMs: 20,
  doneMs: 31,
};

/** Maps and numbers them in order, and holds every result against its schema. */
function mapAll(events: readonly EngineEvent[], mapping = new EngineEventMapping()) {
  const mapped = events
    .flatMap((event) => mapping.map(event))
    .map((event, number) => numberEvent(number, event));
  for (const event of mapped) expect(SERVER_EVENTS[event.type].parse(event)).toEqual(event);
  return mapped;
}

describe("engine events as protocol events", () => {
  it("say why nothing was said, and whether the model can be reached", () => {
    const events = mapAll([
      { ...done, text: "", skipped: true, skipReason: "late" },
      { type: "availability.changed", available: false, message: "It is away.", mediaTimeMs: 3500 },
      { type: "availability.changed", available: true, message: "It is back.", mediaTimeMs: 4000 },
    ]);
    expect(events).toMatchObject([
      { type: "response.created" },
      { type: "response.reasoning_text.done", skipped: true, skip_reason: "late" },
      { type: "response.done" },
      { type: "session.model", status: "unavailable", message: "It is away.", media_time_ms: 3500 },
      { type: "session.model", status: "available" },
    ]);
  });

  it("make a thought a response, from created to done", () => {
    const events = mapAll([
      { type: "thought.started", ...at },
      { type: "thought.delta", ...at, delta: "a" },
      { type: "thought.delta", ...at, delta: " car" },
      done,
    ]);
    expect(events.map((event) => event.type)).toEqual([
      "response.created",
      "response.reasoning_text.delta",
      "response.reasoning_text.delta",
      "response.reasoning_text.done",
      "response.done",
    ]);
    expect(events[3]).toMatchObject({
      text: "a car",
      unit: 3,
      since_media_time_ms: 3000,
      media_time_ms: 3500,
      skipped: false,
    });
    expect(events[4]).toMatchObject({
      response: { id: "thought_3", kind: "thought", status: "completed", usage: { output_tokens: 3 } },
      timing: { ttft_ms: 84, staleness_ms: 120, answer_first_ms: null, answer_done_ms: null },
    });
  });

  it("say of a quiet unit that it was skipped", () => {
    const events = mapAll([{ ...done, text: "", skipped: true, tokens: 1 }]);
    expect(events.map((event) => event.type)).toEqual([
      "response.created",
      "response.reasoning_text.done",
      "response.done",
    ]);
    expect(events[1]).toMatchObject({ skipped: true, text: "" });
  });

  it("say how the scene stands, and of thoughts and answers how it stood", () => {
    const [scene] = mapAll([
      {
        type: "scene.changed",
        status: "unfamiliar",
        reason: "noise",
        message: "look at the camera",
        unit: 3,
        mediaTimeMs: 1750,
        sinceMs: 250,
      },
    ]);
    expect(scene).toMatchObject({
      type: "session.scene",
      status: "unfamiliar",
      reason: "noise",
      message: "look at the camera",
      media_time_ms: 1750,
      since_ms: 250,
    });
    expect(mapAll([{ ...done, unfamiliar: true }])[1]).toMatchObject({ unfamiliar: true });
    expect(mapAll([answered])[1]).toMatchObject({ type: "response.output_text.done", unfamiliar: true });
  });

  it("call a thought that its budget ended incomplete", () => {
    expect(mapAll([{ ...done, stop: "length" }]).at(-1)).toMatchObject({
      response: { status: "incomplete" },
    });
  });

  it("announce an answer when it is asked for, once, under the client's own ids", () => {
    const mapping = new EngineEventMapping();
    const [created] = mapping.asked("answer_0", { question: "how many?", itemId: "q1", eventId: "e1" });
    expect(created).toMatchObject({
      type: "response.created",
      response: { id: "answer_0", kind: "answer", question: "how many?", item_id: "q1", in_reply_to: "e1" },
    });
    const events = mapAll([{ type: "answer.delta", answer: "answer_0", delta: "one" }, answered], mapping);
    expect(events.map((event) => event.type)).toEqual([
      "response.output_text.delta",
      "response.output_text.done",
      "response.done",
    ]);
    expect(events[2]).toMatchObject({
      response: { usage: { input_tokens: 4, output_tokens: 1, total_tokens: 5 } },
      timing: { answer_first_ms: 20, answer_done_ms: 31, ttft_ms: null },
    });
  });

  it("carry why an answer failed", () => {
    const error = { code: "question_too_long", message: "ask shorter" };
    const events = mapAll([{ ...answered, status: "failed", text: "", error }]);
    expect(events.at(-1)).toMatchObject({ response: { status: "failed", status_details: error } });
  });

  it("carry what to ask instead where the model cannot tell", () => {
    const unanswerable = { unknownWords: ["france"], examples: ["Did anything stop?"] };
    const [done] = mapAll([{ ...answered, text: "i cannot tell that", unanswerable }]).slice(-2);
    expect(done).toMatchObject({
      type: "response.output_text.done",
      outside: { unknown_words: ["france"], examples: ["Did anything stop?"] },
    });
  });

  it("carry the note on an answer beside its text", () => {
    const note = "What stood there from the start is not counted.";
    const [done] = mapAll([{ ...answered, note }]).slice(-2);
    expect(done).toMatchObject({ type: "response.output_text.done", text: "one", outside: null, note });
  });

  it("say why a count is a lower bound, beside its bare number", () => {
    const bound = mapAll([{ ...answered, text: "4", atLeastBecause: ["gap", "crowd"] }]).at(-2);
    expect(bound).toMatchObject({ text: "4", at_least: true, at_least_because: ["gap", "crowd"] });
    expect(mapAll([answered]).at(-2)).toMatchObject({ at_least: false, at_least_because: [] });
  });

  it("tell each unit that was seen, and how long that took since its last frame arrived", () => {
    const seen = {
      type: "unit.seen",
      ...{ unit: 3, sinceMediaTimeMs: 3000, mediaTimeMs: 3500 },
      ...{ arrivedAtMs: 100, encoded: { startedAtMs: 110, finishedAtMs: 142.5 } },
    } as const;
    const events = mapAll([
      { ...seen, still: false, unfamiliar: true },
      { ...seen, unit: 4, still: true, unfamiliar: false },
    ]);
    const times = { since_media_time_ms: 3000, media_time_ms: 3500, seen_ms: 42.5 };
    expect(events).toEqual([
      { type: "unit.seen", event_id: "event_0", unit: 3, still: false, unfamiliar: true, ...times },
      { type: "unit.seen", event_id: "event_1", unit: 4, still: true, unfamiliar: false, ...times },
    ]);
  });

  it("carry drops, evictions and failures; the end is left to who owns the stream", () => {
    const events = mapAll([
      { type: "frame.dropped", seq: 4, mediaTimeMs: 2000, reason: "busy" },
      { type: "context.evicted", visualUnits: 1, textTokens: 6 },
      { type: "stream.failed", code: "worker_failed", message: "vision died", fatal: true },
      { type: "stream.ended", totals },
    ]);
    expect(events).toMatchObject([
      { type: "input_video_frame.dropped", seq: 4, media_time_ms: 2000, reason: "busy" },
      { type: "session.context_compressed", visual_evicted: 1, text_evicted: 6 },
      { type: "error", error: { type: "server_error", code: "worker_failed", fatal: true } },
    ]);
    expect(events).toHaveLength(3);
  });

  it("have their id second, made of their number", () => {
    const [created] = mapAll([{ type: "thought.started", ...at }]);
    expect(Object.keys(created!)).toEqual(["type", "event_id", "response"]);
    expect(numberEvent(7, errorEvent({ code: "internal_error", message: "Oh." })).event_id).toBe("event_7");
  });

  it("end with the reason and the totals", () => {
    const closed = numberEvent(0, sessionClosed("completed", totals));
    expect(SERVER_EVENTS["session.closed"].parse(closed)).toMatchObject({
      reason: "completed",
      totals: { frames_in: 8, units: 4, thoughts: 1, skips: 2 },
    });
  });
});
