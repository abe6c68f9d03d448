import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { SampleByMediaTime } from "../../src/ingest/sample-by-media-time.ts";

const taken = (fps: number, times: readonly number[]) => {
  const sampler = new SampleByMediaTime(fps);
  return times.filter((time) => sampler.take(time));
};
const fps = fc.double({ min: 0.2, max: 60, noNaN: true });
const share = (size: number) => fc.double({ min: -size, max: size, noNaN: true });

describe("SampleByMediaTime", () => {
  it("loses nothing of a camera on the wanted rate whose frames jitter by 40 % of a period", () => {
    fc.assert(
      fc.property(fps, fc.array(share(0.4), { minLength: 1, maxLength: 300 }), (rate, jitter) => {
        const times = jitter.map((offset, i) => ((i + offset) * 1000) / rate);
        expect(taken(rate, times)).toHaveLength(times.length);
      }),
    );
  });

  it("loses nothing of a slower camera, however irregular", () => {
    fc.assert(
      fc.property(fps, fc.array(fc.double({ min: 1, max: 50, noNaN: true })), (rate, periods) => {
        let time = 0;
        const times = periods.map((period) => (time += (period * 1000) / rate));
        expect(taken(rate, times)).toHaveLength(times.length);
      }),
    );
  });

  it("never takes more than the rate and two, over any span", () => {
    fc.assert(
      fc.property(
        fps,
        fc.array(fc.double({ min: 0, max: 3, noNaN: true }), { maxLength: 300 }),
        (rate, periods) => {
          let time = 0;
          const times = taken(
            rate,
            periods.map((period) => (time += (period * 1000) / rate)),
          );
          for (let i = 0; i < times.length; i++) {
            for (let j = i; j < times.length; j++) {
              const span = (times[j]! - times[i]!) / 1000;
              // And a tenth for rounding to whole milliseconds.
              expect(j - i + 1).toBeLessThanOrEqual(span * rate + 2.1);
            }
          }
        },
      ),
      { numRuns: 50 },
    );
  });

  it("keeps the wanted rate of a faster camera for hours: no drift", () => {
    const factor = fc.double({ min: 1, max: 8, noNaN: true });
    fc.assert(
      fc.property(fps, factor, (rate, faster) => {
        const sampler = new SampleByMediaTime(rate);
        const frames = 20_000;
        let count = 0;
        // Whole milliseconds, as cameras count.
        for (let i = 0; i < frames; i++) if (sampler.take(Math.round((i * 1000) / (rate * faster)))) count++;
        expect(Math.abs(count - frames / faster)).toBeLessThanOrEqual(3);
      }),
      { numRuns: 40 },
    );
  });

  it("loses little of a camera on the wanted rate whose intervals wander by 40 %", () => {
    const seeds = fc.infiniteStream(share(0.4));
    fc.assert(
      fc.property(fps, seeds, (rate, errors) => {
        let time = 0;
        const times = [...errors.take(1000)].map((error) => (time += ((1 + error) * 1000) / rate));
        expect(taken(rate, times).length).toBeGreaterThan(900);
      }),
      { numRuns: 20 },
    );
  });

  it("refuses a rate that is none", () => {
    for (const rate of [0, -1, Number.NaN]) expect(() => new SampleByMediaTime(rate)).toThrow(/fps/);
  });
});
