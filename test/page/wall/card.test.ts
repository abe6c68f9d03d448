import { describe, expect, it } from "vitest";
import type { CameraObject } from "../../../client/lib/mod.ts";
import { Arrivals } from "../../../client/src/wall/arrivals.ts";
import { CardMaker } from "../../../client/src/wall/card.ts";

const noon = Date.parse("2026-11-28T12:00:00Z");
const iso = (atMs: number) => new Date(atMs).toISOString();

function door(change: Partial<CameraObject> = {}): CameraObject {
  return {
    ...{ id: "door", object: "stream", kind: "camera", origin: "api", url: "rtsp://door" },
    ...{ state: "live", message: null, restarts: 0, watchers: 0, created: iso(noon), settings: {} },
    ...{ newest_media_time_ms: 0, stats: null, recap: null, latest_thought: null, latest_alert: null },
    ...change,
  };
}

const thought = (atMs: number, text = "a car enters") => ({
  latest_thought: { text, media_time_ms: 0, time: iso(atMs), unfamiliar: false, event_id: "event_1" },
});
const alert = (atMs: number) => ({
  latest_alert: {
    alert: "comes",
    message: "somebody enters",
    media_time_ms: 0,
    time: iso(atMs),
    snapshot: null,
    event_id: "event_2",
  },
});

describe("what happened when", () => {
  it("is told in the page's time, also when the server's clock is wrong", () => {
    for (const wrong of [0, -3_600_000, 3_600_000]) {
      const arrivals = new Arrivals();
      arrivals.look(noon);
      arrivals.of("thought", iso(noon - 5000 + wrong));
      arrivals.look(noon + 1000);
      const atMs = arrivals.of("thought", iso(noon + 600 + wrong));
      expect([atMs >= noon, atMs <= noon + 1000], `${wrong} ms`).toEqual([true, true]);
      arrivals.look(noon + 9000);
      expect(arrivals.of("thought", iso(noon + 600 + wrong)), "it stays").toBe(atMs);
    }
  });

  it("is exact when both clocks are right, also after a long time without a look", () => {
    const arrivals = new Arrivals();
    arrivals.look(noon);
    expect(arrivals.of("thought", iso(noon - 5000))).toBe(noon - 5000);
    arrivals.look(noon + 600_000);
    expect(arrivals.of("thought", iso(noon + 100_000))).toBe(noon + 100_000);
  });
});

describe("a card", () => {
  it("tells thoughts with their age, and an alert for a minute", () => {
    const maker = new CardMaker(new Arrivals());
    const look = (atMs: number, change: Partial<CameraObject>) => maker.look([door(change)], atMs)[0]!;
    expect(look(noon, {})).toMatchObject({
      thought: null,
      alert: null,
      state: { word: "Live", tone: "good" },
    });
    const told = { ...thought(noon + 500), ...alert(noon + 500) };
    expect(look(noon + 1000, told)).toMatchObject({
      thought: { text: "a car enters", ageMs: 500 },
      alert: { name: "comes", text: "somebody enters", atMs: noon + 500 },
    });
    expect(look(noon + 59_000, told).alert).not.toBeNull();
    expect(look(noon + 61_000, told)).toMatchObject({ thought: { ageMs: 60_500 }, alert: null });
  });

  it("says since when a camera is lost, where the page has seen it", () => {
    const maker = new CardMaker(new Arrivals());
    const lost = door({ state: "reconnecting", message: "It is tried again." });
    const gate = door({ ...lost, id: "gate" });
    const since = (streams: CameraObject[], atMs: number) =>
      maker.look(streams, atMs).map(({ troubleSinceMs, state }) => [state.word, troubleSinceMs]);
    expect(since([door(), gate], noon)).toEqual([
      ["Live", null],
      ["Lost", null],
    ]);
    expect(since([lost, gate], noon + 1000)[0]).toEqual(["Lost", noon + 1000]);
    expect(since([lost, gate], noon + 9000)).toEqual([
      ["Lost", noon + 1000],
      ["Lost", null],
    ]);
    expect(since([door(), gate], noon + 10_000)[0]).toEqual(["Live", null]);
  });
});
