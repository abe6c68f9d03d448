import { describe, expect, it } from "vitest";
import type { Frame } from "../../src/ingest/mod.ts";
import { startTinyEngine } from "../support/engine.ts";
import { frame } from "../support/frames.ts";
import { feed, StreamLog } from "../support/stream-log.ts";

describe("a frame that gives fewer pixels than it should", () => {
  it("fails its stream, and the others go on", async () => {
    await using engine = await startTinyEngine();
    const good = new StreamLog(engine.openStream());
    const thought = good.next("thought.done", ({ unit }) => unit === 1);
    await feed(good.stream, engine.model, 0, 4);
    await thought;
    for (let round = 0; round < 2; round++) {
      const bad = new StreamLog(engine.openStream());
      const { seq, mediaTimeMs, arrivedAtMs } = frame(engine.model, 0);
      const broken: Frame = {
        ...{ seq, mediaTimeMs, arrivedAtMs, size: engine.model },
        rgb: async () => new Uint8Array(3),
        jpeg: async () => new Uint8Array(3),
      };
      for (let i = 0; i < engine.model.framesPerUnit; i++) bad.stream.push(broken);
      await bad.completed;
      expect(bad.events).toMatchObject([
        {
          type: "stream.failed",
          code: "worker_failed",
          fatal: true,
          message: expect.stringContaining("gave 3 bytes"),
        },
      ]);
    }
    await feed(good.stream, engine.model, 4, 8);
    good.stream.end();
    await good.completed;
    expect(good.events.at(-1)).toMatchObject({ type: "stream.ended", totals: { units: 4 } });
  });
});
