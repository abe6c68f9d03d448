import { describe, expect, it } from "vitest";
import { Story } from "../../../client/src/story/story.ts";
import type { ServerEvent } from "../../../src/protocol/server-events.ts";

/** A story that was told some events. Only the fields that a story reads are given. */
function told(...events: readonly object[]): Story {
  const story = new Story(() => 0);
  const hear = (event: object, at: number) =>
    story.hear({ event_id: `event_${at}`, ...event } as ServerEvent);
  events.forEach(hear);
  return story;
}

const seen = (unit: number, still = false) => ({
  ...{ type: "unit.seen", unit, media_time_ms: unit * 500, still, unfamiliar: false, seen_ms: 20 },
});
const decided = (unit: number, text: string) => ({
  ...{ type: "response.reasoning_text.done", response_id: `thought_${unit}`, unit, text, unfamiliar: false },
  ...{ media_time_ms: unit * 500, since_media_time_ms: unit * 500 - 500 },
  skip_reason: text === "" ? "nothing_new" : null,
});
const created = (role: string) => ({ type: "session.created", session: { role } });

describe("a story", () => {
  it("has a unit as soon as it is seen, and decides about it later", () => {
    const story = told(seen(0), seen(1, true));
    expect(story.units.value).toMatchObject([
      { unit: 0, state: "thinking", still: false, seenMs: 20 },
      { unit: 1, state: "thinking", still: true },
    ]);
    expect(story.totals.value).toEqual({ units: 2, thoughts: 0 });
    story.hear({ event_id: "event_9", ...decided(0, "a car appears #1") } as ServerEvent);
    story.hear({ event_id: "event_10", ...decided(1, "") } as ServerEvent);
    expect(story.units.value).toMatchObject([
      { state: "said", eventId: "event_9", still: false },
      { state: "quiet", skipReason: "nothing_new", eventId: null, still: true },
    ]);
    expect(story.quiet.value).toEqual({ ms: 500, units: 1 });
    expect(story.counts.value).toEqual([{ kind: "car", in: 1, out: 0 }]);
  });

  it("begins anew with a session of one's own, and goes on with a stream that is watched", () => {
    const before = [seen(0), decided(0, "a car appears #1"), seen(1)];
    expect(told(created("own"), ...before, created("own")).units.value).toEqual([]);
    expect(told(created("own"), ...before, created("own")).thoughts.value).toEqual([]);
    expect(told(created("watch"), ...before, created("watch")).units.value).toHaveLength(2);
    // The camera was opened again under its name.
    expect(told(created("watch"), ...before, created("watch"), seen(0)).units.value).toHaveLength(1);
  });

  it("marks gaps, what was missed, alerts and unfamiliar stretches on the axis", () => {
    const scene = (status: string, unit: number) => ({
      ...{ type: "session.scene", status, unit, media_time_ms: unit * 500, message: "Fix the camera." },
    });
    const story = told(
      { type: "session.gap", after: null, up_to: "event_0" },
      seen(1),
      { type: "input.gap", from_ms: 500, to_ms: 4000, message: "The camera was lost." },
      seen(8),
      { type: "alert.raised", alert: "car", message: "a car", media_time_ms: 4000 },
      scene("unfamiliar", 9),
      scene("unfamiliar", 10),
      scene("familiar", 12),
      seen(12),
      { type: "session.gap", after: "event_9", up_to: "event_12" },
    );
    expect(story.marks.value).toMatchObject([
      { kind: "gap", fromMs: 500, toMs: 4000, text: "The camera was lost." },
      { kind: "alert", fromMs: 4000, toMs: 4000, text: "car: a car" },
      { kind: "unfamiliar", fromMs: 4500, toMs: 5000 },
      { kind: "unfamiliar", fromMs: 5000, toMs: 6000 },
      { kind: "missed", fromMs: 6000, toMs: null },
    ]);
    story.hear({ event_id: "event_20", ...seen(20) } as ServerEvent);
    expect(story.marks.value.at(-1)).toMatchObject({ kind: "missed", toMs: 10_000 });
  });
});
