import { describe, expect, it } from "vitest";
import { droppedOf, KEPT_MS, Recorder } from "../../../client/src/inside/record.ts";
import type { ServerEvent, SessionStats } from "../../../src/protocol/server-events.ts";

/** Events with the fields that are looked at. */
const event = (fields: object) => ({ event_id: "event_0", ...fields }) as unknown as ServerEvent;

const seen = (unit: number, mediaTimeMs: number, seenMs = 20) =>
  event({ type: "unit.seen", unit, media_time_ms: mediaTimeMs, seen_ms: seenMs });

const thought = (id: string, mediaTimeMs: number, ttftMs: number, skipped = false) => [
  event({ type: "response.created", response: { id, kind: "thought", media_time_ms: mediaTimeMs } }),
  event({ type: "response.reasoning_text.done", response_id: id, skipped }),
  event({
    type: "response.done",
    response: { id, kind: "thought" },
    timing: { ttft_ms: ttftMs, staleness_ms: 250 },
  }),
];

const stats = (uptimeMs: number, busy: number, rate = 0) =>
  event({
    type: "session.stats",
    stats: {
      uptime_ms: uptimeMs,
      frames_dropped: { busy, rate, duplicate: 0, decode_error: 0 },
      fps_in: 4,
      tokens_per_s: 6,
    } as SessionStats,
  });

const recorded = (...events: readonly ServerEvent[]) => {
  const record = new Recorder();
  for (const each of events) record.hear(each);
  return record;
};

describe("the record of delays and rates", () => {
  it("puts what units, thoughts and figures tell at the media time that they are about", () => {
    const record = recorded(
      seen(0, 250, 30),
      seen(1, 750, 20),
      ...thought("a", 250, 90),
      stats(1000, 0),
      seen(2, 1250),
      stats(1500, 3, 1),
    );
    expect(record.table("seen", "ttft", "staleness", "frames", "dropped")).toEqual([
      [250, 750, 1250],
      [30, 20, 20],
      [90, null, null],
      [250, null, null],
      [null, 4, 4],
      [null, null, 8],
    ]);
    expect(record.value("ttft")).toBe(90);
    expect(record.value("seen", 800)).toBe(20);
    expect(record.value("dropped", 800)).toBe(null);
  });

  it("has no delay of a unit about which nothing was said, and none of an answer", () => {
    const answer = event({
      type: "response.created",
      response: { id: "b", kind: "answer", media_time_ms: null },
    });
    const record = recorded(seen(0, 250), ...thought("a", 250, 90, true), answer);
    expect(record.value("ttft")).toBe(null);
  });

  it("keeps times in their order when a thought is about an older unit than the newest", () => {
    const record = recorded(seen(0, 250), seen(2, 1250), ...thought("a", 750, 90));
    expect(record.table("ttft")).toEqual([
      [250, 750, 1250],
      [null, 90, null],
    ]);
  });

  it("is bounded: by two minutes, by rows where units come fast, and in thoughts that never end", () => {
    const long = recorded(...Array.from({ length: 1000 }, (_, unit) => seen(unit, unit * 500)));
    const { fromMs, toMs } = long.span!;
    expect(toMs).toBe(999 * 500);
    expect(toMs - fromMs).toBe(KEPT_MS);
    const fast = recorded(...Array.from({ length: 5000 }, (_, unit) => seen(unit, unit)));
    expect(fast.table("seen")[0].length).toBeLessThanOrEqual(2000);
    expect(fast.span!.toMs).toBe(4999);
    const begun = Array.from({ length: 300 }, (_, at) => thought(`t${at}`, at, 10)[0]!);
    const open = recorded(seen(0, 0), ...begun, ...thought("t0", 0, 10).slice(1));
    expect(open.value("ttft"), "the oldest that never ended is forgotten").toBe(null);
  });

  it("begins anew with a session, also where its counts are smaller than those before", () => {
    const record = recorded(
      seen(0, 9000),
      stats(5000, 100),
      event({ type: "session.created" }),
      seen(0, 250),
    );
    expect(record.span).toEqual({ fromMs: 250, toMs: 250 });
    record.hear(stats(1000, 50));
    record.hear(stats(2000, 10));
    expect(record.value("dropped")).toBe(null);
  });

  it("counts every change, so that nothing is drawn that was drawn", () => {
    const record = recorded(seen(0, 250));
    const { version } = record;
    record.hear(event({ type: "session.scene", status: "familiar" }));
    expect(record.version).toBe(version);
    record.hear(seen(1, 750));
    expect(record.version).toBeGreaterThan(version);
  });

  it("counts frames that were left out for any reason", () => {
    expect(droppedOf({ frames_dropped: { busy: 1, rate: 2, duplicate: 3, decode_error: 4 } })).toBe(10);
  });
});
