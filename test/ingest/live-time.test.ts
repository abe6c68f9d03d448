import { describe, expect, it } from "vitest";
import { LiveTime } from "../../src/ingest/live-time.ts";

describe("the time of a live source", () => {
  it("is that at which its frames were read, though the first ones come out together", () => {
    const time = new LiveTime();
    const told = [0, 250, 500, 750, 1000].map((read, i) => time.mediaTimeMs(5000 + read, 6100 + 2 * i));
    expect(told).toEqual([0, 250, 500, 750, 1000]);
  });

  it("is that of the pipe where ffmpeg does not say", () => {
    const time = new LiveTime();
    expect([5000, 5250, 5600].map((received) => time.mediaTimeMs(null, received))).toEqual([0, 250, 600]);
  });

  it("counts from a given moment, though its first frame waited for a second", () => {
    const time = new LiveTime(5000);
    const told = [0, 250].map((later) => time.mediaTimeMs(64_000 + later, 65_000 + later));
    expect(told).toEqual([59_000, 59_250]);
  });

  it("never goes back", () => {
    const time = new LiveTime();
    const told = [0, 400, 300, 500].map((read) => time.mediaTimeMs(5000 + read, 5000 + read));
    expect(told).toEqual([0, 400, 400, 500]);
  });
});
