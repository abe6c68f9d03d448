import { describe, expect, it } from "vitest";
import { type Scene, SceneMonitor } from "../../src/scene/mod.ts";
import { grey, look, randomly, SIDE, sceneUnit } from "../support/scenes.ts";

const FPS = 4;

/** What is said of a stream of so many seconds, changes only: seconds and reasons. */
function changes(seconds: number, frameAt: (frame: number, second: number) => Uint8Array) {
  const monitor = new SceneMonitor(SIDE, SIDE);
  const said: { s: number; reason: Scene["reason"]; sinceS: number }[] = [];
  for (let unit = 0; unit < (seconds * FPS) / 2; unit++) {
    const frames = sceneUnit(unit, (frame) => frameAt(frame, frame / FPS));
    const { reason, sinceMs } = monitor.see(frames);
    if (reason !== (said.at(-1)?.reason ?? null))
      said.push({ s: frames.mediaTimeMs / 1000, reason, sinceS: sinceMs / 1000 });
  }
  return said;
}

const reasons = (said: readonly { reason: Scene["reason"] }[]) => said.map(({ reason }) => reason);

/** A clean wall, lit from one side, without noise; bottles on a table before it, and a hand that comes and goes. */
function wall(s: number): Uint8Array {
  const reach = Math.max(0, 30 * Math.sin(s / 3));
  return grey((row, column) => {
    const isBottle = row > 40 && row < 84 && [20, 50, 78].some((x) => Math.abs(column - x) < 5);
    const isHand = row < reach && Math.abs(column - 50) < 9;
    if (isBottle) return 90 + (column % 5) * 6;
    return (isHand ? 110 : row > 80 ? 215 : 175) + 0.3 * column - 0.15 * row;
  });
}

describe("a fixed camera's scene is familiar", () => {
  it.each<[string, (frame: number, s: number) => Uint8Array]>([
    ["with nothing but noise", (seed) => look({ seed })],
    ["before a clean wall without any noise", (_, s) => wall(s)],
    ["when no pixel changes for half a minute", () => look({})],
    ["when lights go off and on", (seed, s) => look({ seed, light: s > 5 && s < 12 ? 0.35 : 1 })],
    ["when it is dark for a second", (seed, s) => look({ seed, light: s >= 8 && s < 9 ? 0 : 1 })],
    ["under a restless exposure", (seed, s) => look({ seed, light: 0.75 + 0.25 * Math.sin(2 * s) })],
    [
      "when the only thing with a texture moves",
      (frame, s) => {
        const random = randomly(frame + 1);
        const patch = randomly(5);
        const patches = Array.from({ length: 24 * 24 }, () => 60 + 120 * patch());
        return grey((row, column) => {
          const across = column - 48 - Math.round(30 * Math.sin(s / 2));
          const isBall = Math.hypot((row - 40) / 1.4, across) < 14;
          const isMark = column > 88 && row > 60 && row < 76;
          const level = isBall
            ? patches[(row >> 2) * 24 + ((across + 48) >> 2)]!
            : isMark
              ? patches[(row >> 2) * 24 + (column >> 2)]!
              : 120 + 0.3 * column;
          return level + 6 * random();
        });
      },
    ],
    [
      "when a lorry fills half of the picture",
      (seed, s) => look({ seed, lorry: [30 * (s - 8) - 55, 30 * (s - 8)] }),
    ],
    ["when the camera is pushed once", (seed, s) => look({ seed, x: s < 10 ? 60 : 63 })],
    [
      "when the camera trembles",
      (seed) => look({ seed, x: 60 + 0.8 * Math.sin(seed * 2.3), y: 60 + 0.5 * Math.cos(seed) }),
    ],
  ])("%s", (_, frameAt) => {
    expect(changes(30, frameAt)).toEqual([]);
  });
});

describe("a scene that is none of a fixed camera is told, with the reason", () => {
  it.each<[string, Scene["reason"], (frame: number, s: number) => Uint8Array]>([
    ["a pan", "camera_moving", (seed, s) => look({ seed, x: 75 + 60 * Math.sin(s / 4) })],
    ["a slow pan", "camera_moving", (seed, s) => look({ seed, x: 20 + 4 * s })],
    [
      "a very slow pan that follows somebody",
      "camera_moving",
      (seed, s) => look({ seed, x: 20 + 1.2 * s, lorry: [40 + 3 * Math.sin(s), 56 + 3 * Math.sin(s)] }),
    ],
    [
      "a pan that follows somebody who fills half of the picture",
      "camera_moving",
      (seed, s) =>
        look({ seed, x: 80 + 75 * Math.sin(s / 2), lorry: [22 + 3 * Math.sin(s), 70 + 3 * Math.sin(s)] }),
    ],
    ["a fast pan", "camera_moving", (seed, s) => look({ seed, x: 75 + 60 * Math.sin(s / 1.8) })],
    ["a zoom", "camera_moving", (seed, s) => look({ seed, side: 90 + 40 * Math.sin(s / 2) })],
    [
      "a camera in a hand",
      "camera_moving",
      (seed, s) =>
        look({ seed, x: 60 + 8 * Math.sin(2.1 * s) + 4 * Math.sin(5.3 * s), y: 60 + 7 * Math.sin(1.7 * s) }),
    ],
    ["an edited film", "edited", (seed, s) => look({ seed, view: 1 + Math.floor(s / 3) })],
    [
      "noise",
      "noise",
      (seed) => {
        const random = randomly(seed + 1);
        return Uint8Array.from({ length: SIDE * SIDE * 3 }, () => 255 * random());
      },
    ],
    ["the dark", "dark", () => new Uint8Array(SIDE * SIDE * 3).fill(6)],
    [
      "a test picture with ramps of every tone",
      "screen",
      (frame) =>
        grey((row, column) =>
          row < 64 ? 80 * Math.floor(row / 32) + column : 40 * Math.floor(column / 16) + (frame % 2),
        ),
    ],
    ["a covered lens", "covered", (seed) => look({ seed, side: 2 })],
    [
      "a document",
      "screen",
      (frame) => {
        const page = new Uint8Array(SIDE * SIDE * 3).fill(240);
        for (let row = 6; row < 60; row += 6)
          for (let x = 8; x < 70; x++)
            if ((x * 7 + row * 13) % 5 < 2 + (frame > 20 ? 1 : 0))
              page.fill(20, 3 * (row * SIDE + x), 3 * (row * SIDE + x) + 3);
        return page;
      },
    ],
  ])("%s", (_, reason, frameAt) => {
    const said = changes(20, frameAt);
    expect(said.at(-1)?.reason).toBe(reason);
    const first = said.find((each) => each.reason === reason)!;
    expect(first.s).toBeLessThan(10);
    expect(first.sinceS).toBeLessThanOrEqual(first.s);
  });

  it("a picture without a changed pixel for a minute", () => {
    const said = changes(80, (frame) => look({ seed: Math.min(frame, 40) }));
    expect(said).toMatchObject([{ reason: "frozen" }]);
    expect(said[0]!.s - said[0]!.sinceS).toBeCloseTo(60, 0);
  });
});

describe("what was said is taken back", () => {
  it("some seconds after one cut, which is said once", () => {
    const said = changes(40, (seed, s) => look({ seed, view: s < 10 ? 1 : 2 }));
    expect(reasons(said)).toEqual(["cut", null]);
    expect(said[0]!.s).toBeLessThan(12);
    expect(said[0]!.sinceS).toBeCloseTo(10.25, 1);
    expect(said[1]!.s).toBeGreaterThan(15);
    expect(said[1]!.s).toBeLessThan(20);
  });

  it("when what was in the way is gone", () => {
    const hand = { lorry: [0, SIDE], light: 0.3 } as const;
    const said = changes(30, (seed, s) => look(s >= 8 && s < 9 ? { seed, ...hand } : { seed }));
    expect(reasons(said)).toEqual(["cut", null]);
    expect(said[1]!.s).toBeLessThan(10);
  });

  it("when the camera stands again", () => {
    const said = changes(40, (seed, s) => look({ seed, x: 60 + 12 * Math.min(10, s) }));
    expect(reasons(said)).toEqual(["camera_moving", null]);
    expect(said[1]!.s).toBeLessThan(30);
  });

  it("when the light is back, without calling that a cut", () => {
    const said = changes(40, (seed, s) => look({ seed, light: s > 5 && s < 15 ? 0.01 : 1 }));
    expect(reasons(said)).toEqual(["dark", null]);
  });
});

it("looks at units of other sizes and rates", () => {
  const monitor = new SceneMonitor(40, 30);
  const frames = new Uint8Array(2 * 40 * 30 * 3).fill(3);
  const said = [0, 1, 2].map((unit) => monitor.see({ mediaTimeMs: 2000 * unit, seconds: [1, 1], frames }));
  expect(said.at(-1)).toEqual({ reason: "dark", sinceMs: 0 });
});
