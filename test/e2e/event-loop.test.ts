import { describe, expect, it } from "vitest";
import { BUNDLED_MODEL } from "../support/bundles.ts";
import { SAMPLE_CLIP } from "../support/clips.ts";
import { runScript } from "../support/program.ts";

describe("the main thread", () => {
  it("stays free while a camera is watched at real pace: 99 of 100 timers are less than 20 ms late", async () => {
    const { code, stdout, stderr } = await runScript(`
      import { monitorEventLoopDelay } from "node:perf_hooks";
      import { createEngine } from "src/backends/mod.ts";
      import { replay } from "src/streams/mod.ts";
      const engine = await createEngine({ model: ${JSON.stringify(BUNDLED_MODEL)} });
      const delay = monitorEventLoopDelay({ resolution: 1 });
      const stop = new AbortController();
      setTimeout(() => stop.abort(), 10_000);
      delay.enable();
      let units = 0;
      replay({ engine, input: ${JSON.stringify(SAMPLE_CLIP)}, pace: "realtime", signal: stop.signal }).subscribe({
        next: (event) => { if (event.type === "session.closed") units = event.totals.units; },
        complete: async () => {
          delay.disable();
          await engine.close();
          console.log(JSON.stringify({ units, p99Ms: delay.percentile(99) / 1e6 }));
        },
      });`);
    expect([code, stderr]).toEqual([0, ""]);
    const { units, p99Ms } = JSON.parse(stdout);
    expect(units).toBeGreaterThan(15);
    expect(p99Ms).toBeLessThan(20);
  });
});
