import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Beat } from "../../client/lib/video/beat.ts";
import { SampleByMediaTime } from "../../src/ingest/mod.ts";

describe("the beat of a video that is sent", () => {
  it("takes a rate out of a faster video", () => {
    const beat = new Beat(10);
    expect([0, 33, 67, 100, 133, 167, 200].filter((t) => beat.take(t))).toEqual([0, 67, 167]);
  });

  it("takes nothing that the server would leave out, whatever the video's beat", () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: 0, max: 1000, noNaN: true }), { maxLength: 200 }),
        fc.double({ min: 0.5, max: 30, noNaN: true }),
        (gaps, fps) => {
          const [page, server] = [new Beat(fps), new SampleByMediaTime(fps)];
          let t = 0;
          for (const gap of gaps) {
            t += gap;
            if (page.take(t)) expect(server.take(t)).toBe(true);
          }
        },
      ),
    );
  });
});
