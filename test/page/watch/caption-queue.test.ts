import { describe, expect, it } from "vitest";
import { CaptionQueue } from "../../../client/src/watch/caption-queue.ts";

/** What is shown at each moment, when thoughts come at the given ones. */
function shown(arrivals: readonly number[], moments: readonly number[]): (number | null)[] {
  const queue = new CaptionQueue<number>();
  for (const ms of arrivals) queue.push(ms, ms);
  return moments.map((ms) => queue.at(ms)?.item ?? null);
}

describe("the caption", () => {
  it("reveals a thought over 600 ms, and says when it is old", () => {
    const queue = new CaptionQueue<string>();
    expect(queue.at(0)).toBeNull();
    queue.push("a", 1000);
    expect(queue.at(1000)).toMatchObject({ item: "a", revealed: 0, isOld: false });
    expect(queue.at(1300)).toMatchObject({ revealed: 0.5 });
    const whole = queue.at(1600)!;
    expect(whole).toMatchObject({ revealed: 1, isOld: false });
    expect(queue.at(whole.changesAtMs!)).toMatchObject({ item: "a", isOld: true, changesAtMs: null });
  });

  it("shows each whole for two seconds before the next takes its turn", () => {
    expect(shown([0, 1000], [500, 2599, 2600])).toEqual([0, 0, 1000]);
    expect(shown([0, 5000], [4999, 5000])).toEqual([0, 5000]);
  });

  it("lets none wait for more than two seconds", () => {
    // The second begins at 2600, and would stand until 5200; the third has waited since 2700.
    expect(shown([0, 1000, 2700], [2600, 4699, 4700])).toEqual([0 + 1000, 1000, 2700]);
  });

  it("skips to the newest when more than two wait, and reveals it quicker", () => {
    const queue = new CaptionQueue<number>();
    for (const ms of [0, 100, 200, 300]) queue.push(ms, ms);
    expect(queue.at(299)?.item).toBe(0);
    expect(queue.at(300)?.item).toBe(300);
    expect(queue.at(400)?.revealed).toBe(0.5);
    expect(queue.at(10_000)?.item).toBe(300);
  });

  it("comes out the same, however rarely it is asked", () => {
    const arrivals = [0, 700, 900, 4000, 4100, 4200, 4300, 9000];
    const moments = Array.from({ length: 130 }, (_, at) => at * 100);
    const often = shown(arrivals, moments);
    moments.forEach((ms, at) => {
      expect(shown(arrivals, [ms])).toEqual([often[at]]);
    });
  });
});
