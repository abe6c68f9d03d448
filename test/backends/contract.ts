import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { FrameQueue } from "../../src/engine/frame-queue.ts";
import {
  type Backend,
  type BackendStream,
  type BackendStreamOptions,
  EngineError,
  startEngine,
  type Unit,
} from "../../src/engine/mod.ts";
import { frame } from "../support/frames.ts";
import { ReportLog } from "../support/report-log.ts";
import { StreamLog, watch } from "../support/stream-log.ts";

/** What a stream of a backend is driven with. */
interface Driven {
  readonly stream: BackendStream;
  readonly log: ReportLog;
  readonly units: readonly Unit[];
}

/**
 * What every backend must do, whatever runs its model; `src/engine/backend.ts` says it in words.
 *
 * @param isRepeatable whether its model gives the same for the same input. A server that batches requests does not
 *   always: the batch decides in which order numbers are added.
 */
export function describeContract(name: string, start: () => Promise<Backend>, isRepeatable = true): void {
  describe(`${name} keeps the contract of a backend`, () => {
    let backend: Backend;
    let opened = 0;
    beforeAll(async () => {
      backend = await start();
    });
    afterAll(() => backend.close());

    const everything = (): BackendStreamOptions => {
      const { limits, positionSchemes } = backend.model;
      const { visualWindowUnits, textWindowTokens, thoughtTokens, answerTokens } = limits;
      const windows = { visualWindowUnits, textWindowTokens, thoughtTokens, answerTokens };
      const positions = positionSchemes[0] ?? null;
      const rest = { stillLevels: null, sceneMonitor: backend.model.can.watchScene, temperature: 0, seed: 0 };
      const thinking = { instructions: null, recap: null, skipLate: false, held: false };
      return { ...windows, positions, ...rest, ...thinking };
    };
    const unitsOf = (count: number, scene = 0): Unit[] => {
      const queue = new FrameQueue(backend.model.framesPerUnit, 1000, () => {});
      const frames = count * backend.model.framesPerUnit;
      for (let seq = 0; seq < frames; seq++) queue.push(frame(backend.model, seq, scene));
      return Array.from({ length: count }, () => queue.take()!);
    };
    const open = (count: number, options: Partial<BackendStreamOptions> = {}, scene = 0): Driven => {
      const log = new ReportLog();
      const stream = backend.open(`contract_${opened++}`, { ...everything(), ...options }, log.add);
      return { stream, log, units: unitsOf(count, scene) };
    };
    /** Gives all units, in turn, and waits for the end. */
    const play = async ({ stream, log, units }: Driven): Promise<ReportLog> => {
      for (const unit of units) {
        stream.see(unit);
        await log.until(() => log.all("unit.done").length > unit.unit || log.all("seen").length > unit.unit);
      }
      stream.end(units.length);
      await log.until(() => log.all("ended").length > 0 && log.all("seen").length === units.length);
      await stream.close();
      return log;
    };
    const words = (log: ReportLog) =>
      [...log.thoughts, ...log.answers].map(({ task, text, unit, tokens }) => [task, text, unit, tokens]);

    it("describes its model", () => {
      const { model } = backend;
      expect(model.id).not.toBe("");
      for (const size of [model.width, model.height, model.fps, model.framesPerUnit])
        expect(size).toBeGreaterThan(0);
      for (const limit of Object.values(model.limits)) expect(limit).toBeGreaterThan(0);
      expect(new Set(model.positionSchemes).size).toBe(model.positionSchemes.length);
    });

    it("sees every unit once and in order, thinks about it, and finishes it before the next", async () => {
      const driven = open(6);
      const log = await play(driven);
      const order = driven.units.map(({ unit }) => unit);
      expect(log.all("seen").map(({ unit }) => unit)).toEqual(order);
      expect(log.all("unit.done").map(({ unit }) => unit)).toEqual(order);
      expect([...new Set(log.thoughts.map(({ unit }) => unit))]).toEqual(order);
      for (const { startedAtMs, finishedAtMs } of [...log.all("seen"), ...log.all("task.done")])
        expect(finishedAtMs).toBeGreaterThanOrEqual(startedAtMs);
      expect(log.reports.findLast(({ type }) => type !== "seen")).toEqual({ type: "ended" });
      for (const thought of log.thoughts) {
        expect(thought.mediaTimeMs).toBe(driven.units[thought.unit]!.mediaTimeMs);
        if (!backend.model.can.skip) expect(thought.skipped).toBe(false);
      }
    });

    it("begins each task once, streams what it says of it, and ends it once", async () => {
      const log = await play(open(6));
      const begun = log.all("task.started").map(({ task }) => task);
      expect(new Set(begun).size).toBe(begun.length);
      expect(
        log
          .all("task.done")
          .map(({ task }) => task)
          .sort(),
      ).toEqual([...begun].sort());
      for (const { task, text, skipped } of log.thoughts) {
        expect(log.streamed(task).join("")).toBe(text);
        if (skipped) expect(text).toBe("");
      }
      const index = (type: string, task: string) =>
        log.reports.findIndex((report) => report.type === type && "task" in report && report.task === task);
      for (const task of begun) expect(index("task.started", task)).toBeLessThan(index("task.done", task));
    });

    it("never reports from within a call", () => {
      const { stream, log, units } = open(1);
      stream.ask("early", "what is moving", "now");
      stream.see(units[0]!);
      stream.cancel("early");
      stream.end(1);
      void stream.close();
      expect(log.reports).toEqual([]);
    });

    it("answers from what was thought, and what is asked of the end at the end", async () => {
      const driven = open(3);
      driven.stream.ask("early", "what is moving", "now");
      driven.stream.ask("last", "what is moving", "end");
      const log = await play(driven);
      const answers = new Map(log.answers.map((answer) => [answer.task, answer]));
      expect([...answers.keys()].sort()).toEqual(["early", "last"]);
      for (const { task, text, outcome } of answers.values()) {
        expect(["completed", "incomplete"]).toContain(outcome);
        expect(log.streamed(task).join("")).toBe(text);
        expect(text).not.toBe("");
      }
      expect(answers.get("last")).toMatchObject({ unit: 2, mediaTimeMs: driven.units[2]!.mediaTimeMs });
      const done = log.reports.findIndex((report) => report.type === "task.done" && report.task === "last");
      const finished = log.reports.findLastIndex((report) => report.type === "unit.done");
      expect(done).toBeGreaterThan(finished);
    });

    it("has nothing to say of a stream that ends before its first unit", async () => {
      const { stream, log } = open(0);
      stream.ask("early", "what is moving", "now");
      stream.end(0);
      await log.until(() => log.all("ended").length > 0);
      expect(log.answers).toMatchObject([{ task: "early", outcome: "nothing_seen", unit: -1, text: "" }]);
      await stream.close();
    });

    it("tells a question's tokens, or that it has no tokenizer, and refuses one that is too long", async () => {
      const { stream } = open(0);
      const tokens = stream.ask("short", "what is moving", "end");
      if (tokens === null) expect(backend.model.input.format).toBe("encoded");
      else {
        expect(tokens).toBeGreaterThan(0);
        const long = "what is moving ".repeat(backend.model.limits.questionTokens + 1);
        expect(() => stream.ask("long", long, "now")).toThrowError(EngineError);
      }
      await stream.close();
    });

    it("ends what is cancelled once, as cancelled, and ignores what it does not know", async () => {
      const driven = open(2);
      driven.stream.ask("never", "what is moving", "end");
      driven.stream.cancel("never");
      driven.stream.cancel("no such task");
      const log = await play(driven);
      expect(log.answers).toMatchObject([{ task: "never", outcome: "cancelled" }]);
      driven.stream.cancel("never");
      expect(log.all("task.done").filter(({ task }) => task === "never")).toHaveLength(1);
    });

    it("keeps to the budgets of tokens", async () => {
      const driven = open(4, { thoughtTokens: 1, answerTokens: 1 });
      driven.stream.ask("brief", "what is moving", "end");
      const log = await play(driven);
      for (const { text, stop, skipped, task } of log.thoughts) {
        expect(log.streamed(task).length).toBeLessThanOrEqual(1);
        if (!skipped) expect([text === "", stop]).toEqual([false, expect.stringMatching(/end|length/)]);
      }
      expect(log.answers[0]!.tokens).toBeLessThanOrEqual(1);
    });

    it("holds all thinking back until the end where it is told to", async () => {
      const driven = open(3, { held: true });
      driven.stream.ask("early", "what is moving", "now");
      for (const unit of driven.units) driven.stream.see(unit);
      await driven.log.until(() => driven.log.all("seen").length === 3);
      await new Promise((resolve) => setTimeout(resolve, 50));
      expect(driven.log.reports.filter(({ type }) => type !== "seen")).toEqual([]);
      driven.stream.end(3);
      await driven.log.until(() => driven.log.all("ended").length > 0);
      expect(driven.log.all("unit.done")).toHaveLength(3);
      expect(driven.log.answers).toHaveLength(1);
      await driven.stream.close();
    });

    it("tells what has left its windows, as a count that never falls", async () => {
      const log = await play(open(9, { visualWindowUnits: 2, textWindowTokens: 2 }));
      const units = log.all("seen").map(({ evictedUnits }) => evictedUnits);
      const tokens = log.all("unit.done").map(({ evictedTokens }) => evictedTokens);
      for (const counts of [units, tokens]) {
        expect(counts).toEqual([...counts].sort((a, b) => a - b));
      }
      expect(units[0]).toBe(0);
      const said = log.thoughts.reduce((sum, thought) => sum + (thought.skipped ? 0 : thought.tokens), 0);
      if (!backend.model.can.skip || said > 2) expect(tokens.at(-1)).toBeGreaterThan(0);
      expect(units.at(-1)).toBe(9 - 2 - backend.model.sinkUnits);
      for (const { unit, heldUnits, windowUnits, evictedUnits } of log.all("seen")) {
        const leave = Math.max(0, unit + 1 - backend.model.sinkUnits);
        expect([windowUnits, heldUnits]).toEqual([2, leave - evictedUnits]);
        expect(heldUnits).toBeLessThanOrEqual(2);
      }
      for (const { heldTokens } of log.all("unit.done"))
        if (heldTokens !== null) expect(heldTokens).toBeGreaterThanOrEqual(0);
    });

    it.runIf(isRepeatable)("keeps streams apart: each says what it says alone", async () => {
      const alone = [words(await play(open(4, {}, 1))), words(await play(open(4, {}, 2)))];
      const together = await Promise.all([play(open(4, {}, 1)), play(open(4, {}, 2))]);
      expect(together.map(words)).toEqual(alone);
    });

    it("closes a stream at any moment: nothing of it follows, and the others go on", async () => {
      const other = open(6, {}, 3);
      const playing = play(other);
      for (const given of [0, 1, 3]) {
        const { stream, log, units } = open(3);
        for (const unit of units.slice(0, given)) stream.see(unit);
        stream.ask("pending", "what is moving", "now");
        if (given > 1) await log.until(() => log.reports.length > 0);
        await stream.close();
        await stream.close();
        const told = log.reports.length;
        await new Promise((resolve) => setTimeout(resolve, 30));
        expect(log.reports).toHaveLength(told);
      }
      expect((await playing).all("unit.done")).toHaveLength(6);
    });

    it("carries the engine: thoughts, answers and totals add up", async () => {
      const engine = await startEngine(start);
      const log = new StreamLog(engine.openStream({ stillLevels: null }));
      const answer = log.stream.ask("what is moving", "end");
      const { framesPerUnit } = engine.model;
      await watch(log, engine.model, 5 * framesPerUnit);
      const thoughts = log.all("thought.done");
      expect(new Set(thoughts.map(({ thought }) => thought)).size).toBe(thoughts.length);
      expect([...new Set(thoughts.map(({ unit }) => unit))]).toEqual([0, 1, 2, 3, 4]);
      expect(log.all("answer.done")).toMatchObject([{ answer, unit: 4 }]);
      expect(log.events.at(-1)).toMatchObject({
        type: "stream.ended",
        totals: { framesIn: 5 * framesPerUnit, units: 5, answers: 1 },
      });
      await engine.close();
    });

    it("closes with streams still open, and does not call that its death", async () => {
      const other = await start();
      let died = false;
      void other.died.then(() => {
        died = true;
      });
      const log = new ReportLog();
      const stream = other.open("left open", everything(), log.add);
      for (const unit of unitsOf(2)) stream.see(unit);
      await other.close();
      const told = log.reports.length;
      await stream.close();
      expect(died).toBe(false);
      expect(log.reports).toHaveLength(told);
    });
  });
}
