import { describe, expect, it } from "vitest";
import { meaningOf } from "../../../client/src/inside/compare/meaning.ts";
import { OrderRun, type Outcome } from "../../../client/src/inside/compare/order-run.ts";
import type { ServerEvent } from "../../../src/protocol/server-events.ts";

const event = (fields: object) => fields as ServerEvent;
const seen = event({ type: "unit.seen", unit: 0 });
const delta = (id: string) =>
  event({ type: "response.reasoning_text.delta", response_id: id, delta: "a car" });
const text = (id: string, whole = "a car") =>
  event({ type: "response.reasoning_text.done", response_id: id, text: whole, skipped: whole === "" });
const done = (id: string, ttftMs: number) =>
  event({ type: "response.done", response: { id, kind: "thought" }, timing: { ttft_ms: ttftMs } });

describe("one order of a comparison", () => {
  it("has its units and thoughts at the time when they came", () => {
    const run = new OrderRun();
    run.hear(seen, 300);
    run.hear(delta("a"), 350);
    run.hear(delta("a"), 380);
    run.hear(text("a"), 400);
    run.hear(done("a", 42), 401);
    run.hear(seen, 800);
    run.hear(text("b", ""), 850);
    run.hear(done("b", 99), 851);
    run.hear(text("c"), 2300);
    run.hear(done("c", 62), 2301);
    expect(run.seen).toEqual([300, 800]);
    expect(run.said).toEqual([
      { id: "a", fromMs: 350, toMs: 400, ttftMs: 42 },
      { id: "c", fromMs: 2300, toMs: 2300, ttftMs: 62 },
    ]);
    expect(run.outcome(null)).toEqual({ units: 2, thoughts: 2, thoughtsWhilePlaying: 2, ttftP50Ms: 52 });
    expect(run.outcome(2000)).toMatchObject({ thoughts: 2, thoughtsWhilePlaying: 1 });
  });

  it("has no delay before there is one, and no delay of answers", () => {
    const run = new OrderRun();
    run.hear(delta("a"), 350);
    run.hear(event({ ...done("q", 10), response: { id: "q", kind: "answer" } } as object), 360);
    expect(run.outcome(null)).toMatchObject({ thoughts: 1, ttftP50Ms: null });
  });
});

describe("what a comparison means", () => {
  const outcome = (ttftP50Ms: number | null, thoughts = 10, thoughtsWhilePlaying = thoughts): Outcome => ({
    ...{ units: 40, thoughts, thoughtsWhilePlaying, ttftP50Ms },
  });
  const batch = outcome(9000, 10, 0);

  it("names the slower order, whichever it is", () => {
    const slower = meaningOf({ streamed: outcome(40), interleaved: outcome(90), batch });
    expect(slower).toMatch(/40 ms .* in streamed, and 90 ms in interleaved/);
    const faster = meaningOf({ streamed: outcome(90), interleaved: outcome(40), batch });
    expect(faster).toMatch(/40 ms .* in interleaved, and 90 ms in streamed/);
  });

  it("calls close medians equal, and compares none where there is none", () => {
    expect(meaningOf({ streamed: outcome(40), interleaved: outcome(45), batch })).toMatch(
      /equally soon.*40 ms and 45 ms/,
    );
    expect(meaningOf({ streamed: outcome(null, 0), interleaved: outcome(45), batch })).toMatch(/^Too little/);
  });

  it("says of batch only what was so", () => {
    const others = { streamed: outcome(40), interleaved: outcome(45) };
    expect(meaningOf({ ...others, batch })).toMatch(/Batch said nothing until the clip had ended.* 9\.0 s/);
    expect(meaningOf({ ...others, batch: outcome(9000, 10, 2) })).not.toMatch(/Batch/);
    expect(meaningOf({ ...others, batch: outcome(null, 0) })).toMatch(/Batch said nothing\.$/);
  });
});
