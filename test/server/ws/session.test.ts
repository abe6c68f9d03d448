import fc from "fast-check";
import { pino } from "pino";
import { describe, expect, it, onTestFinished } from "vitest";
import {
  CLIENT_MESSAGES,
  encodeFrameHeader,
  type ServerEvent,
  type ServerEventOf,
} from "../../../src/protocol/mod.ts";
import { ANYBODY } from "../../../src/server/auth/client.ts";
import { type Limits, readLimits } from "../../../src/server/mod.ts";
import { QuestionBudget } from "../../../src/server/question-budget.ts";
import { HeldSeat } from "../../../src/server/ws/held-seat.ts";
import { Session } from "../../../src/server/ws/session.ts";
import type { Listener } from "../../../src/server/ws/session-feed.ts";
import { StreamHandle } from "../../../src/streams/mod.ts";
import { type Script, ScriptedEngine } from "../../support/scripted-engine.ts";
import { picture, until } from "../../support/server.ts";

const limits = readLimits({
  maxFrameBytes: 1_000_000,
  maxFramePixels: 100 * 100,
  maxPixelsPerSecond: 1_000_000,
  maxCatchUpMs: 60_000,
});
/** Keeps no session whose client is gone. */
const keeper = { mayWait: false, waits: () => {}, returned: () => {}, over: () => {} };
const jpeg = await picture();

function startSession(script: Script = {}, changed: Partial<Limits> = {}) {
  const engine = new ScriptedEngine(script);
  const log = pino({ level: "silent" });
  const allowed = { ...limits, ...changed };
  const stream = new StreamHandle({ id: "session_0", engine, limits: allowed });
  const session = new Session({ stream, client: ANYBODY, questions: [new QuestionBudget(1000)], log });
  const seat = new HeldSeat(session, keeper, allowed);
  const events: ServerEvent[] = [];
  let completed = false;
  const listener: Listener = { event: (event) => events.push(event), ended: () => (completed = true) };
  const leave = () => seat.left(listener);
  seat.attach(listener, null);
  onTestFinished(leave);
  const all = <T extends ServerEvent["type"]>(type: T) =>
    events.filter((event): event is Extract<ServerEvent, { type: T }> => event.type === type);
  const frame = (seq: number, captureTimeMs: number, image: Uint8Array = jpeg) =>
    session.receiveBinary(Buffer.concat([encodeFrameHeader({ seq, captureTimeMs }), image]));
  return {
    engine,
    stream,
    session,
    seat,
    leave,
    events,
    all,
    isCompleted: () => completed,
    send: (message: object) => {
      seat.heard();
      session.receiveText(JSON.stringify(message));
    },
    frame,
    /** Sends frames at 10 a second of media time, each after the one before was decoded, so that none is dropped. */
    frames: async (count: number) => {
      for (let seq = 0; seq < count; seq++) {
        frame(seq, 100 * seq);
        await until("the frame was taken", () => engine.opened[0]?.frames.length === seq + 1);
      }
    },
    error: (): ServerEventOf<"error">["error"] | undefined => all("error").at(-1)?.error,
  };
}

const question = (text: string) => ({
  type: "conversation.item.create",
  event_id: "ask_1",
  item: { id: "item_1", type: "message", role: "user", content: [{ type: "input_text", text }] },
});

describe("a session", () => {
  it("begins with what the model is and what the session may do", () => {
    const { events } = startSession();
    expect(events[0]).toMatchObject({
      type: "session.created",
      session: {
        model: "scripted",
        model_info: { width: 64, frames_per_unit: 2, example_questions: expect.any(Array) },
        limits: { max_fps: 10, max_inflight: 4 },
        fps: 10,
        paradigm: "streamed",
      },
    });
  });

  it("thinks about frames and keeps their media times", async () => {
    const { frames, all } = startSession();
    await frames(4);
    await until("two thoughts", () => all("response.done").length === 2);
    expect(all("response.reasoning_text.done")).toMatchObject([
      { unit: 0, media_time_ms: 100, text: "unit 0 was seen" },
      { unit: 1, media_time_ms: 300, text: "unit 1 was seen" },
    ]);
    expect(
      all("response.reasoning_text.delta")
        .map((event) => event.delta)
        .join(""),
    ).toBe("unit 0 was seenunit 1 was seen");
  });

  it("takes base64 frames, with and without a data URL", async () => {
    const { send, engine } = startSession();
    const image = jpeg.toString("base64");
    send({ type: "input_video_frame.append", image, seq: 5, capture_time_ms: 0 });
    await until("the first frame", () => engine.opened[0]?.frames.length === 1);
    send({
      type: "input_video_frame.append",
      image: `data:image/jpeg;base64,${image}`,
      capture_time_ms: 200,
    });
    await until("the second frame", () => engine.opened[0]?.frames.length === 2);
    expect(engine.opened[0]?.frames.map(({ seq, mediaTimeMs }) => [seq, mediaTimeMs])).toEqual([
      [5, 0],
      [6, 200],
    ]);
  });

  it("refuses a picture that has something else than base64 in the middle, however long it is", async () => {
    const { send, error, frames, all } = startSession();
    const long = Buffer.alloc(300_000, jpeg).toString("base64");
    for (const wrong of ["%", "\n", "é", "=", "data:image/jpeg;base64,"]) {
      const image = `${long.slice(0, 200_000)}${wrong}${long.slice(200_000)}`;
      send({ type: "input_video_frame.append", image, event_id: `with ${wrong}` });
      expect(error()).toMatchObject({ code: "invalid_value", param: "image", event_id: `with ${wrong}` });
    }
    await frames(1);
    expect(all("error")).toHaveLength(5);
  });

  it("answers a question, under the client's own ids", async () => {
    const { send, all } = startSession({ answer: () => "two cars" });
    send(question("how many?"));
    await until("an answer", () => all("response.done").length === 1);
    expect(all("response.created")[0]?.response).toMatchObject({
      kind: "answer",
      question: "how many?",
      item_id: "item_1",
      in_reply_to: "ask_1",
    });
    expect(all("response.output_text.done")[0]?.text).toBe("two cars");
  });

  it("tells a refused question with the id of its message, and goes on", () => {
    const { send, error, stream } = startSession();
    send(question(" "));
    expect(error()).toMatchObject({ code: "question_empty", event_id: "ask_1", fatal: false });
    send(question("one two three four five six seven eight nine"));
    expect(error()).toMatchObject({ code: "question_too_long", type: "invalid_request_error" });
    expect(stream.state).toBe("open");
  });

  it("refuses more questions at a time than the engine takes", () => {
    const { send, error } = startSession({ isHeldOpen: () => true });
    for (let asked = 0; asked < 5; asked++) send(question("what?"));
    expect(error()).toMatchObject({ code: "too_many_questions", type: "limit_error", event_id: "ask_1" });
  });

  it("cancels one answer, or all", async () => {
    const { send, all } = startSession({ isHeldOpen: () => true });
    send(question("first?"));
    send(question("second?"));
    send({ type: "response.cancel" });
    await until("both ends", () => all("response.done").length === 2);
    expect(all("response.done").map((event) => event.response.status)).toEqual(["cancelled", "cancelled"]);
    send({ type: "response.cancel", response_id: "answer_0" });
    expect(all("error")).toEqual([]);
  });
});

describe("session.update", () => {
  it("switches the scene monitor off for the engine's stream", () => {
    const { send, all, engine } = startSession();
    expect(all("session.created")[0]?.session.scene_monitor).toBe(true);
    send({ type: "session.update", session: { scene_monitor: false } });
    expect(all("session.updated")[0]?.session.scene_monitor).toBe(false);
    send(question("what?"));
    expect(engine.opened[0]?.options).toMatchObject({ sceneMonitor: false });
  });

  it("changes what it names and leaves the rest", () => {
    const { send, all, engine } = startSession();
    send({ type: "session.update", session: { paradigm: "batch", windows: { visual_units: 8 }, seed: 3 } });
    expect(all("session.updated")[0]?.session).toMatchObject({
      paradigm: "batch",
      windows: { visual_units: 8, text_tokens: 256 },
      seed: 3,
      fps: 10,
    });
    send(question("what?"));
    expect(engine.opened[0]?.options).toMatchObject({ paradigm: "batch", visualWindowUnits: 8, seed: 3 });
  });

  it.each([
    [{ fps: 31 }, "session.fps", "10"],
    [{ windows: { visual_units: 33 } }, "session.windows.visual_units", "32"],
    [{ windows: { text_tokens: 1000 } }, "session.windows.text_tokens", "256"],
    [{ budgets: { thought_tokens: 25 } }, "session.budgets.thought_tokens", "24"],
    [{ max_inflight: 5 }, "session.max_inflight", "4"],
    [{ max_inflight: 1 }, "session.max_inflight", "2"],
  ])("refuses %j and names the range", (session, param, most) => {
    const { send, error, all } = startSession();
    send({ type: "session.update", event_id: "u1", session: { seed: 7, ...session } });
    expect(error()).toMatchObject({ code: "out_of_range", param, event_id: "u1" });
    expect(error()?.message).toContain(most);
    send({ type: "session.update", session: {} });
    expect(all("session.updated").at(-1)?.session.seed, "nothing of a refused update holds").toBeNull();
  });

  it("refuses instructions, which the model does not take", () => {
    const { send, error } = startSession();
    send({ type: "session.update", session: { instructions: "be brief" } });
    expect(error()).toMatchObject({ code: "unsupported_parameter", param: "session.instructions" });
  });

  it("refuses after the first frame what cannot change any more, and takes the rest", () => {
    const { send, frame, error, all } = startSession();
    frame(0, 0);
    send({ type: "session.update", session: { paradigm: "batch" } });
    expect(error()).toMatchObject({ code: "parameter_locked", param: "session.paradigm" });
    send({ type: "session.update", session: { stats_interval_ms: 100 } });
    expect(all("session.updated").at(-1)?.session).toMatchObject({
      paradigm: "streamed",
      stats_interval_ms: 100,
    });
  });
});

describe("what cannot be used", () => {
  it("is dropped with the reason, told as an error, and the session goes on", async () => {
    const { frame, all, error, engine } = startSession();
    frame(0, 0, Buffer.from("not a picture"));
    await until("the drop", () => all("input_video_frame.dropped").length === 1);
    expect(all("input_video_frame.dropped")[0]).toMatchObject({ seq: 0, reason: "decode_error" });
    expect(error()).toMatchObject({
      code: "image_unsupported_type",
      fatal: false,
      type: "invalid_request_error",
    });
    frame(1, 200, await picture("png", { width: 200, height: 200 }));
    await until("the error", () => error()?.code === "image_too_many_pixels");
    frame(2, 400);
    await until("a good frame", () => engine.opened[0]?.frames.length === 1);
  });

  it("counts frames over the rate as dropped, and says so", async () => {
    const { frame, all, send } = startSession();
    send({ type: "session.update", session: { fps: 1 } });
    for (let seq = 0; seq < 10; seq++) frame(seq, 10 * seq);
    await until("drops", () => all("input_video_frame.dropped").some((event) => event.reason === "rate"));
    send({ type: "session.close" });
    await until("the end", () => all("session.closed").length === 1);
    const stats = all("session.stats").at(-1)?.stats;
    expect(stats?.frames_in).toBe(10);
    const dropped = Object.values(stats?.frames_dropped ?? {}).reduce((sum, count) => sum + count, 0);
    expect(dropped).toBe(all("input_video_frame.dropped").length);
    expect(all("session.closed")[0]?.totals).toMatchObject({ frames_in: 10, frames_dropped: dropped });
  });

  it.each([
    ["text that is not JSON", "hello", "invalid_json"],
    ["an unknown type", '{"type":"response.create"}', "unknown_type"],
    ["a wrong field", '{"type":"session.update","session":{"fps":"ten"}}', "invalid_value"],
  ])("%s is an error event and nothing else", (_what, text, code) => {
    const { session, stream, error } = startSession();
    session.receiveText(text);
    expect(error()).toMatchObject({ code, fatal: false });
    expect(stream.state).toBe("created");
  });

  it("includes a broken frame header", () => {
    const { session, error } = startSession();
    session.receiveBinary(encodeFrameHeader({ seq: 0, captureTimeMs: 0 }).subarray(0, 8));
    expect(error()).toMatchObject({ code: "invalid_frame_header" });
  });
});

describe("whatever a client sends", () => {
  const type = fc.constantFrom(...Object.keys(CLIENT_MESSAGES));
  const message = fc.oneof(
    fc.string(),
    fc.json(),
    fc
      .record({ type, session: fc.object(), item: fc.object(), image: fc.base64String() })
      .map((m) => JSON.stringify(m)),
  );

  it("does not make the session throw", () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(message, fc.uint8Array())), (messages) => {
        const { session, leave } = startSession();
        for (const sent of messages) {
          if (typeof sent === "string") session.receiveText(sent);
          else session.receiveBinary(sent);
        }
        leave();
      }),
    );
  });
});

describe("the end of a session", () => {
  it("comes after all that waits was thought about and answered", async () => {
    const { frame, send, all, events, isCompleted, engine } = startSession({ pauseMs: 5 });
    frame(0, 0);
    await until("the first frame", () => engine.opened[0]?.frames.length === 1);
    frame(1, 100);
    send(question("what?"));
    send({ type: "session.close" });
    await until("the end", isCompleted);
    expect(
      all("response.done")
        .map((event) => event.response.kind)
        .sort(),
    ).toEqual(["answer", "thought"]);
    expect(events.at(-1)).toMatchObject({
      type: "session.closed",
      reason: "completed",
      totals: { frames_in: 2, units: 1, answers: 1 },
    });
    expect(engine.open).toEqual([]);
  });

  it("comes at once when nothing was ever sent", () => {
    const { send, all, isCompleted, engine } = startSession();
    send({ type: "session.close" });
    expect(all("session.closed")[0]).toMatchObject({ reason: "completed", totals: { frames_in: 0 } });
    expect(isCompleted()).toBe(true);
    expect(engine.opened).toEqual([]);
  });

  it("lets nothing more in but a cancel", async () => {
    const { send, frame, error, all, isCompleted } = startSession({ isHeldOpen: () => true });
    send(question("what?"));
    send({ type: "session.close" });
    frame(0, 0);
    expect(error()).toMatchObject({ code: "session_closing" });
    send(question("and?"));
    expect(error()).toMatchObject({ code: "session_closing", event_id: "ask_1" });
    send({ type: "response.cancel" });
    await until("the end", isCompleted);
    expect(all("response.done")[0]?.response.status).toBe("cancelled");
  });

  it("follows a fatal failure of the engine", async () => {
    const { frame, engine, events, isCompleted } = startSession();
    frame(0, 0);
    engine.opened[0]?.emit({
      type: "stream.failed",
      code: "worker_failed",
      message: "vision died",
      fatal: true,
    });
    await until("the end", isCompleted);
    expect(events.slice(-3)).toMatchObject([
      { type: "error", error: { code: "worker_failed", fatal: true } },
      { type: "session.stats" },
      { type: "session.closed", reason: "failed" },
    ]);
  });

  it("follows an engine that is shut down, and does not claim to be complete", async () => {
    const { send, engine, error, all } = startSession({ isHeldOpen: () => true });
    send(question("what?"));
    send({ type: "session.close" });
    await engine.close();
    expect(error()).toMatchObject({ code: "engine_closed", type: "server_error", fatal: true });
    expect(all("session.closed")[0]?.reason).toBe("failed");
  });

  it("is not hurried by the idle timeout", async () => {
    const { send, isCompleted, all } = startSession(
      { answer: () => "a b c d e f", pauseMs: 30 },
      { idleTimeoutMs: 60 },
    );
    send(question("what?"));
    send({ type: "session.close" });
    send({ type: "response.cancel", response_id: "another" });
    await until("the end", isCompleted);
    expect(all("session.closed")[0]?.reason).toBe("completed");
  });

  it("follows an engine that has no room for the stream", () => {
    const { frame, error, all, isCompleted } = startSession({ maxStreams: 0 });
    frame(0, 0);
    expect(error()).toMatchObject({ code: "too_many_streams", type: "limit_error", fatal: true });
    expect(all("session.closed")[0]?.reason).toBe("failed");
    expect(isCompleted()).toBe(true);
  });

  it("comes when the client sends nothing for too long", async () => {
    const { all, error, isCompleted } = startSession({}, { idleTimeoutMs: 30 });
    await until("the end", isCompleted);
    expect(error()).toMatchObject({ code: "idle_timeout", fatal: true });
    expect(all("session.closed")[0]?.reason).toBe("idle_timeout");
  });

  it("closes the stream of a client that is gone, and says nothing more", async () => {
    const { frame, session, leave, events, engine } = startSession({ pauseMs: 20 });
    frame(0, 0);
    const before = events.length;
    leave();
    await until("the stream is closed", () => engine.open.length === 0);
    session.receiveBinary(jpeg);
    session.receiveText("late");
    expect(events.length).toBe(before);
  });
});

describe("session.stats", () => {
  it("comes at its interval, with rates and percentiles", async () => {
    const thought = (unit: number) => (unit % 2 === 0 ? "a car" : null);
    const { frames, send, all } = startSession({ thought });
    send({ type: "session.update", session: { stats_interval_ms: 100 } });
    await frames(8);
    await until("stats", () =>
      all("session.stats").some(({ stats }) => stats.units === 4 && stats.skips === 2),
    );
    const stats = all("session.stats").at(-1)?.stats;
    expect(stats).toMatchObject({ frames_in: 8, units: 4, thoughts: 2, skips: 2 });
    expect(stats?.ttft_ms.samples).toBe(2);
    expect(stats?.skip_ms.samples).toBe(2);
    expect(stats?.ttft_ms.p50).toBeLessThanOrEqual(stats?.ttft_ms.p99 ?? 0);
    expect(stats?.fps_in).toBeGreaterThan(0);
    expect(stats?.tokens_per_s).toBeGreaterThan(0);
  });
});
