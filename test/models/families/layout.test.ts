import { describe, expect, it } from "vitest";
import { axesOf, type Position } from "../../../src/cache/mod.ts";
import { type FamilyVision, familyRuntime } from "../../../src/models/families/mod.ts";
import { numberWords } from "../../../src/models/families/number-words.ts";
import { eyesOf, type SeeingFamily } from "../../support/tiny-checkpoints.ts";

const eyes = (family: SeeingFamily, fps: number, units?: number): FamilyVision =>
  familyRuntime(family).vision(eyesOf(family, fps, units) as never)!;

const minus = (a: Position, b: Position): number[] => {
  const [left, right] = [axesOf(a), axesOf(b)];
  return left.map((value, axis) => value - right[axis]!);
};

describe("a stream of one endless video", () => {
  const sizes = [
    { width: 40, height: 24 },
    { width: 16, height: 64 },
  ];
  /** Units of a stream at 1.4 frames a second, whose pictures change their size after a while. */
  const stream = (vision: FamilyVision, skipped: number) => {
    const layouts = [];
    let start: Position = 11;
    for (let unit = skipped; unit < 60; unit++) {
      const seconds = ((unit - skipped) * 2) / 1.4;
      const size = sizes[unit < 30 ? 0 : 1]!;
      const layout = vision.layOut(
        { unit: unit - skipped, size, seconds, lastSeconds: seconds + 1 / 1.4, start },
        () => [],
      );
      layouts.push(layout);
      start = layout.end;
    }
    return layouts;
  };

  it.each(["qwen2-vl", "qwen2.5-vl"] as const)(
    "needs only its times shifted when old units are dropped (%s)",
    (family) => {
      const vision = eyes(family, 1.4);
      const whole = stream(vision, 0);
      // Seven units at 1.4 frames a second are ten seconds: whole steps on the axis of time.
      const later = stream(vision, 7);
      const shift = family === "qwen2-vl" ? 7 : 20;
      expect(whole[7]!.positions[0]).toEqual([11 + shift, 11, 11]);
      for (const [i, layout] of later.entries()) {
        const moved = whole[i + 7]!.positions.map((position, j) => minus(position, layout.positions[j]!));
        expect(new Set(moved.map(String))).toEqual(new Set([`${shift},0,0`]));
      }
      // Text behind the last unit moves by as much on all axes at once.
      expect(minus(whole.at(-1)!.end, later.at(-1)!.end)).toEqual([shift, 0, 0]);
    },
  );

  it("lets text begin behind every visual token, whatever the size of the pictures", () => {
    for (const family of ["qwen2-vl", "qwen2.5-vl"] as const) {
      const layouts = stream(eyes(family, 1.4), 0);
      let highest = 0;
      for (const { positions, end } of layouts) {
        highest = Math.max(highest, ...positions.flatMap((position) => axesOf(position)));
        expect(axesOf(end)).toEqual([highest + 1, 11, 11]);
      }
      const [wide, tall] = sizes.map((size) =>
        eyes(family, 1).layOut({ unit: 0, size, seconds: 0, lastSeconds: 1, start: 11 }, () => []),
      );
      expect([wide!.end, tall!.end]).toEqual([
        [16, 11, 11],
        [19, 11, 11],
      ]);
    }
  });

  it("counts real seconds, though times are whole milliseconds", () => {
    const vision = eyes("qwen2.5-vl", 3);
    const size = { width: 16, height: 16 };
    const times = [0, 0.667, 1.333, 1.9995, 2.667, 10.4].map((seconds, unit) => {
      const start = [40, 5, 5] as const;
      const { positions } = vision.layOut({ unit, size, seconds, lastSeconds: seconds, start }, () => []);
      return axesOf(positions[0]!)[0] - 5;
    });
    expect(times).toEqual([0, 1, 2, 4, 5, 20]);
  });
});

describe("times as text", () => {
  const texts = (vision: FamilyVision, seconds: number, lastSeconds: number): string => {
    const said: string[] = [];
    const size = { width: 24, height: 24 };
    vision.layOut({ unit: 0, size, seconds, lastSeconds, start: 0 }, (text) => {
      said.push(text);
      return [1];
    });
    return said[0]!;
  };

  it("are minutes and seconds for SmolVLM2", () => {
    const vision = eyes("idefics3", 1);
    const tail = ":<fake_token_around_image><global-img>";
    expect(texts(vision, 61.9, 61.9)).toBe(`\nFrame from 01:01${tail}`);
    expect(texts(vision, 7205, 7205)).toBe(`\nFrame from 120:05${tail}`);
  });

  it("are the middle of the unit with one decimal for Qwen3-VL, rounded as in Python", () => {
    const vision = eyes("qwen3-vl", 2);
    const time = (from: number, to: number) => /<([\d.]+) seconds>/.exec(texts(vision, from, to))![1];
    // f"{x:.1f}" of 0.25, 0.75, 1.25, 0.35, 10.25 and 1.
    const middles = [0.25, 0.75, 1.25, 0.35, 10.25, 1].map((x) => time(x - 0.125, x + 0.125));
    expect(middles).toEqual(["0.2", "0.8", "1.2", "0.3", "10.2", "1.0"]);
  });

  it("stand before square pictures of whole visual tokens", () => {
    // SmolVLM2-2.2B: 27 patches of 14 px in 384 px, and nine visual tokens; six pixels are left over.
    const { vision, cache } = eyesOf("idefics3", 1);
    const wide = { vision: { ...vision!, patch: 14, merge: 3, sides: [384], position_side: 27 }, cache };
    const large = familyRuntime("idefics3").vision(wide as never)!;
    expect(large.frameSize({ width: 640, height: 360 }, 384)).toEqual({ width: 384, height: 384 });
    expect(large.frameSize({ width: 640, height: 360 }, 200)).toEqual({ width: 168, height: 168 });
    expect(large.visualTokens({ width: 384, height: 384 })).toBe(81);
    const inputs = large.towerInputs(new Uint8Array(384 * 384 * 3), { width: 384, height: 384 });
    expect(inputs.patches!.dims).toEqual([1, 729, 588]);
  });

  it("introduce what the window holds when it is full", () => {
    expect(eyes("idefics3", 1, 64).intro({ units: 64, unitMs: 1000 })).toBe(
      "You are provided the following series of sixty-four frames from a 0:01:04 [H:MM:SS] video.\n",
    );
    expect(eyes("idefics3", 0.02, 100).intro({ units: 100, unitMs: 50_000 })).toContain(
      "one hundred frames from a 1:23:20 ",
    );
  });

  it("are introduced with numbers in words as num2words writes them", () => {
    const words = [0, 13, 20, 32, 100, 105, 342, 1000, 1005, 1234, 9999].map(numberWords);
    expect(words).toEqual([
      ...["zero", "thirteen", "twenty", "thirty-two", "one hundred", "one hundred and five"],
      ...["three hundred and forty-two", "one thousand", "one thousand and five"],
      "one thousand, two hundred and thirty-four",
      "nine thousand, nine hundred and ninety-nine",
    ]);
    expect(() => numberWords(10_000)).toThrow("Give a whole number");
  });
});
