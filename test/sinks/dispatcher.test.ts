import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  DeliveryError,
  type DeliveryFailure,
  Dispatcher,
  type Notice,
  type Sink,
} from "../../src/sinks/mod.ts";
import { AMPLE_DELIVERY, dispatched } from "../support/dispatched.ts";
import { KeptLog, notice } from "../support/notices.ts";
import { until } from "../support/server.ts";

const NEVER = { firstMs: 1_000_000, mostMs: 1_000_000 };

type Outcome = DeliveryFailure | "ok" | "hang" | Error;

/** A FAKE sink that plays outcomes, one an attempt; then all goes well. */
class PlayedSink implements Sink {
  readonly name = "played";
  readonly tried: number[] = [];
  readonly taken: number[] = [];
  isClosed = false;

  constructor(private readonly outcomes: Outcome[] = []) {}

  async deliver({ number }: Notice): Promise<void> {
    this.tried.push(number);
    const outcome = this.outcomes.shift() ?? "ok";
    if (outcome === "hang") return await new Promise(() => {});
    if (outcome instanceof Error) throw outcome;
    if (outcome !== "ok") throw new DeliveryError(outcome, `It is ${outcome}.`);
    this.taken.push(number);
  }

  async close(): Promise<void> {
    this.isClosed = true;
  }
}

const lost = ({ deadLetters }: KeptLog) => deadLetters.map(({ event }) => Number(event!.event_id.slice(6)));

describe("a dispatcher", () => {
  it("delivers in order, tries again what fails, and makes nobody wait", async () => {
    const sink = new PlayedSink(["ok", "passing", new Error("Its wire is cut."), "passing", "ok"]);
    const { dispatcher, offer, kept, settled } = dispatched(sink);
    offer(1, 2, 3);
    expect(sink.tried, "nothing is done while an event is told").toEqual([]);
    await settled();
    expect(sink.tried).toEqual([1, 2, 2, 2, 2, 3]);
    expect(sink.taken).toEqual([1, 2, 3]);
    const nothing = { failed: 0, dropped: 0, waiting: 0, disabled: false, last_error: null };
    expect(dispatcher.figures).toEqual({ delivered: 3, ...nothing });
    expect(kept.lines.map(({ level, msg }) => [level, msg])).toEqual([
      [40, "A sink could not be delivered to. It is passing. It is tried again."],
      [40, "A sink could not be delivered to. Its wire is cut. It is tried again."],
      [40, "A sink could not be delivered to. It is passing. It is tried again."],
      [30, "a sink delivers again"],
    ]);
  });

  it("says the same failure once", async () => {
    const { offer, kept, settled } = dispatched(new PlayedSink(Array(20).fill("passing")));
    offer(1);
    await settled();
    expect(kept.lines).toHaveLength(2);
  });

  it("drops the oldest when too many wait, each with a line that has the whole event", async () => {
    const sink = new PlayedSink(["hang"]);
    const { dispatcher, offer, kept } = dispatched(sink, { maxWaiting: 3 });
    offer(0);
    await until("it is under way", () => sink.tried.length === 1);
    offer(1, 2, 3, 4, 5);
    expect(dispatcher.figures).toMatchObject({ dropped: 2, waiting: 4 });
    expect(kept.deadLetters).toMatchObject(
      [1, 2].map((number) => ({
        level: 40,
        sink: "played",
        notice: notice(number).id,
        why: expect.stringMatching(/max_waiting: 3/),
        event: notice(number).event,
      })),
    );
    await dispatcher.close(0);
    expect(lost(kept)).toEqual([1, 2, 0, 3, 4, 5]);
  });

  it("counts bytes, too, and one that is too large disturbs no other", async () => {
    const sink = new PlayedSink(["hang"]);
    const { dispatcher, offer, kept } = dispatched(sink, { maxWaitingBytes: 250 });
    offer(0);
    await until("it is under way", () => sink.tried.length === 1);
    offer(1, 2, 3);
    dispatcher.offer(notice(4), 251);
    expect(lost(kept)).toEqual([1, 4]);
    expect(dispatcher.figures).toMatchObject({ dropped: 2, waiting: 3 });
    await dispatcher.close(0);
  });

  it("gives up what is too old, and goes on with what is not", async () => {
    const sink = new PlayedSink(["passing"]);
    const { dispatcher, offer, kept, settled } = dispatched(sink, { giveUpAfterMs: 60 }, NEVER);
    offer(1, 2);
    await settled();
    expect(lost(kept)).toEqual([1, 2]);
    expect(kept.deadLetters[0]!.why).toMatch(/within 0\.06 seconds \(give_up_after\)\. .*It is passing\./);
    expect(dispatcher.figures).toMatchObject({ failed: 2, delivered: 0 });
    dispatcher.resume();
    offer(3);
    await settled();
    expect(sink.taken).toEqual([3]);
  });

  it("passes over what is refused, and stops for one that is gone until it is told to go on", async () => {
    const sink = new PlayedSink(["refused", "ok", "gone"]);
    const { dispatcher, offer, kept, settled } = dispatched(sink);
    offer(1, 2, 3, 4);
    await settled();
    expect(sink.taken).toEqual([2]);
    expect(lost(kept)).toEqual([1, 3, 4]);
    expect(kept.text).toContain("Nothing more is sent there until SIGHUP");
    offer(5);
    expect(dispatcher.figures).toMatchObject({ failed: 2, dropped: 2, disabled: true, waiting: 0 });
    dispatcher.resume();
    offer(6);
    await settled();
    expect(sink.taken).toEqual([2, 6]);
  });

  it("does not wait for ever for a sink that does not heed its signal", async () => {
    const sink = new PlayedSink(["hang", "hang"]);
    const { offer, kept, settled } = dispatched(sink, { attemptMs: 20 });
    offer(1, 2);
    await settled();
    expect(sink.taken).toEqual([1, 2]);
    expect(kept.text).toContain("It took longer than 0.02 seconds.");
  });

  it("leaves a receiver alone for as long as it wants, but not longer than anything is kept", async () => {
    const busy = (retryAfterMs: number) => new DeliveryError("passing", "It is busy.", { retryAfterMs });
    const sink = new PlayedSink([busy(150)]);
    const waiting = dispatched(sink);
    const beganAtMs = performance.now();
    waiting.offer(1);
    await waiting.settled();
    expect(performance.now() - beganAtMs).toBeGreaterThan(145);
    const long = dispatched(new PlayedSink([busy(1e12)]), { giveUpAfterMs: 40 });
    long.offer(1);
    await long.settled();
    long.offer(2);
    await until("the next one is delivered", () => long.dispatcher.figures.delivered === 1);
  });

  it("waits longer and longer, with jitter, and no longer than the most", async () => {
    const waits = { firstMs: 8, mostMs: 32, random: () => 1 };
    const atMs: number[] = [];
    const sink: Sink = {
      name: "failing",
      deliver: async () => {
        atMs.push(performance.now());
        throw new Error("no");
      },
      close: async () => {},
    };
    const { dispatcher, offer } = dispatched(sink, {}, waits);
    offer(1);
    await until("it was tried six times", () => atMs.length >= 6);
    await dispatcher.close(0);
    const gaps = atMs.slice(1).map((at, i) => at - atMs[i]!);
    for (const [i, least] of [4, 8, 16, 16, 16].entries()) expect(gaps[i]).toBeGreaterThan(least - 1.5);
  });

  it("delivers what waits when it is closed, and gives up what remains", async () => {
    const well = new PlayedSink(["passing"]);
    const waiting = dispatched(well, {}, NEVER);
    waiting.offer(1, 2);
    await until("it failed", () => waiting.dispatcher.figures.last_error !== null);
    await waiting.dispatcher.close(10_000);
    expect([well.taken, well.isClosed, waiting.kept.deadLetters]).toEqual([[1, 2], true, []]);

    const stuck = new PlayedSink(["ok", "hang"]);
    const losing = dispatched(stuck);
    losing.offer(1, 2, 3);
    await losing.dispatcher.close(50);
    losing.offer(4);
    expect([stuck.taken, stuck.isClosed, lost(losing.kept)]).toEqual([[1], true, [2, 3, 4]]);
    expect(losing.kept.deadLetters[0]!.why).toMatch(/The server was stopped/);
  });

  it("does not wait for a sink that does not close", async () => {
    const sink: Sink = { name: "stuck", deliver: async () => {}, close: () => new Promise(() => {}) };
    const { log } = new KeptLog();
    await new Dispatcher({ sink, limits: AMPLE_DELIVERY, log, closeMs: 20 }).close(0);
  });

  it("takes another sink, and what waits goes there", async () => {
    const before = new PlayedSink(["ok", "hang"]);
    const { dispatcher, offer, kept, settled } = dispatched(before, {}, NEVER);
    offer(1, 2, 3);
    await until("it hangs", () => before.tried.length === 2);
    const after = new PlayedSink();
    await dispatcher.replace(after, AMPLE_DELIVERY);
    await settled();
    expect([before.taken, before.isClosed, after.taken]).toEqual([[1], true, [2, 3]]);
    expect([dispatcher.figures.delivered, kept.lines]).toEqual([3, []]);
  });

  it("delivers or reports each notice once, in order, whatever happens", async () => {
    const outcome = fc.constantFrom<Outcome>("ok", "ok", "passing", "refused", "hang", new Error("no"));
    await fc.assert(
      fc.asyncProperty(
        fc.array(outcome, { maxLength: 12 }),
        fc.integer({ min: 1, max: 8 }),
        async (plays, most) => {
          const sink = new PlayedSink([...plays]);
          const { dispatcher, offer, kept, settled } = dispatched(sink, { maxWaiting: most, attemptMs: 2 });
          offer(...Array(6).keys());
          await settled();
          await dispatcher.close(0);
          expect([...sink.taken].sort()).toEqual(sink.taken);
          expect([...sink.taken, ...lost(kept)].sort()).toEqual([...Array(6).keys()]);
          const { delivered, failed, dropped } = dispatcher.figures;
          expect([delivered, failed + dropped]).toEqual([sink.taken.length, kept.deadLetters.length]);
        },
      ),
      { numRuns: 60 },
    );
  });
});
