import { describe, expect, it } from "vitest";
import { Outbox } from "../../src/history/outbox.ts";
import { kept } from "../support/history.ts";

describe("what waits to be written", () => {
  it("keeps a batch until it is written, and loses the oldest of what comes meanwhile, which it tells", () => {
    const outbox = new Outbox({ maxChanges: 10, maxBytes: 1e6 });
    outbox.add(kept("door", 0, "first"));
    const batch = outbox.next();
    for (let number = 1; number <= 12; number++) outbox.add(kept("door", number, `later ${number}`));
    expect(outbox.next(), "the same again").toBe(batch);
    expect(outbox.written()).toEqual({ events: 2, fromMs: 1_001_000, toMs: 1_002_000 });
    expect(outbox.next()).toHaveLength(10);
    expect(outbox.written()).toBeNull();
    expect(outbox.size).toBe(0);
  });

  it("takes out all of a stream, also of a batch under way, which stays under way", () => {
    const outbox = new Outbox({ maxChanges: 10, maxBytes: 1e6 });
    outbox.add(kept("door", 0, "sent"));
    outbox.next();
    for (const stream of ["door", "yard", null]) outbox.add(kept(stream, 1, "waits"));
    outbox.forget("door");
    expect([outbox.isEmpty, outbox.size]).toEqual([false, 2]);
    expect(outbox.next(), "what is sent once more").toEqual([]);
    outbox.written();
    expect(outbox.next()).toMatchObject([{ stream: "yard" }, { stream: null }]);
    outbox.written();
    expect(outbox.isEmpty).toBe(true);
  });

  it("is bounded in bytes", () => {
    const outbox = new Outbox({ maxChanges: 1000, maxBytes: 100_000 });
    for (let number = 0; number < 100; number++)
      outbox.add({ what: "picture", stream: "door", number, jpeg: new Uint8Array(10_000) });
    expect(outbox.size).toBeLessThanOrEqual(10);
    expect(outbox.written()).toBeNull();
  });
});
