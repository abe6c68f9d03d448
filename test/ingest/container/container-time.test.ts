import { describe, expect, it } from "vitest";
import { Arrivals } from "../../../src/ingest/container/arrivals.ts";
import { ContainerTime } from "../../../src/ingest/container/container-time.ts";

/** Media times of pictures: the container's times and when they arrived (ms). */
const media = (pictures: readonly [number | null, number][], time = new ContainerTime()) =>
  pictures.map(([timeMs, arrivedAtMs]) => time.mediaTimeMs(timeMs, arrivedAtMs));

describe("the media time of a container", () => {
  it("is its own time from the first picture on, however it arrives", () => {
    expect(
      media([
        [7000, 500],
        [7100, 900],
        [7200, 905],
        [7300, 3000],
      ]),
    ).toEqual([0, 100, 200, 300]);
  });

  it("goes on by arrival where its times go back, jump by more than a minute, or are missing", () => {
    expect(
      media([
        [1000, 0],
        [900, 50],
        [1000, 150],
      ]),
    ).toEqual([0, 50, 150]);
    expect(
      media([
        [0, 0],
        [100, 100],
        [9e6, 200],
        [9e6 + 100, 300],
      ]),
    ).toEqual([0, 100, 200, 300]);
    expect(
      media([
        [null, 50],
        [null, 150],
      ]),
    ).toEqual([0, 100]);
  });

  it("believes a long gap that was one on arrival too", () => {
    expect(
      media([
        [0, 0],
        [120_000, 119_000],
      ]),
    ).toEqual([0, 120_000]);
  });

  it("goes on by arrival from one container to the next", () => {
    const time = new ContainerTime();
    expect(
      media(
        [
          [0, 1000],
          [100, 1100],
        ],
        time,
      ),
    ).toEqual([0, 100]);
    time.begin();
    expect(
      media(
        [
          [5000, 3000],
          [5100, 3100],
        ],
        time,
      ),
    ).toEqual([2000, 2100]);
    // Its pictures came faster than they were taken: time does not go back.
    expect(media([[9000, 3150]], time)).toEqual([6000]);
    time.begin();
    expect(media([[0, 3200]], time)).toEqual([6000]);
  });
});

describe("the arrival of a picture", () => {
  it("is that of what begins last before it", () => {
    const arrivals = new Arrivals();
    arrivals.note(0, 10);
    arrivals.note(200, 30);
    arrivals.note(100, 20);
    expect([arrivals.of(50), arrivals.of(100), arrivals.of(199.4), arrivals.of(500)]).toEqual([
      10, 20, 30, 30,
    ]);
    expect(arrivals.of(0)).toBeNull();
  });

  it("is not noted where it would have to be looked for among many", () => {
    const arrivals = new Arrivals();
    for (let i = 100; i < 200; i++) arrivals.note(i, i);
    arrivals.note(0, 1);
    expect(arrivals.of(50)).toBeNull();
    expect(arrivals.of(150)).toBe(151);
  });
});
