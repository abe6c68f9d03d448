import { describe, expect, it } from "vitest";
import type { UnitPlace } from "../../src/cache/mod.ts";
import type { TextCodec } from "../../src/models/mod.ts";
import { ClockTokens } from "../../src/reasoner/clock-tokens.ts";

const UNIT_MS = 500;
const clock = new ClockTokens({ first: 100, count: 256 }, UNIT_MS);
const at = (seconds: number): UnitPlace => ({ unit: 0, mediaTimeMs: seconds * 1000 }) as UnitPlace;
/** Words are their ids. */
const codec = { decode: (ids: readonly number[]) => ids.map((id) => `w${id}`).join(" ") } as TextCodec;

describe("the clock", () => {
  it("tells how long ago a token's time was, for as long as it has not gone round", () => {
    for (const then of [0, 0.5, 3, 127, 128, 3600 * 24 * 365]) {
      for (const ago of [0, 1, 7, 60, 127])
        expect(clock.secondsSince(clock.token(at(then)), at(then + ago))).toBe(ago);
    }
    expect(clock.secondsSince(clock.token(at(10)), at(10 + 128)), "a round later it begins again").toBe(0);
  });

  it("tells by the thoughts that it may have read, however often it has gone round since", () => {
    const thoughts = [at(10), at(100), at(10 + 3 * 128)];
    const now = at(3600);
    expect(clock.secondsSince(clock.token(at(100)), now, thoughts)).toBe(3500);
    expect(clock.secondsSince(clock.token(at(10)), now, thoughts), "the newest of one time").toBe(3600 - 394);
    expect(clock.secondsSince(clock.token(at(3590)), now, thoughts), "of no thought").toBe(10);
    expect(clock.decode(codec, [clock.token(at(100))], now, thoughts)).toBe("3500 seconds");
  });

  it("names the times that a young stream has not seen: read as times ago, they would be before its beginning", () => {
    for (const age of [0, 0.5, 10, 126.5]) {
      const unseen = clock.unseen(at(age));
      expect(unseen.length).toBe(255 - age * 2);
      for (const token of unseen) expect(clock.secondsSince(token, at(age))).toBeGreaterThan(age);
      for (let then = 0; then <= age; then += 0.5) expect(unseen).not.toContain(clock.token(at(then)));
    }
    for (const age of [127.5, 128, 3600]) expect(clock.unseen(at(age))).toEqual([]);
  });

  it("knows its tokens from words", () => {
    expect(clock.secondsSince(99, at(5))).toBeNull();
    expect(clock.secondsSince(356, at(5))).toBeNull();
    expect(clock.secondsSince(355, at(5))).not.toBeNull();
  });

  it("writes times among words as seconds", () => {
    const then = clock.token(at(20));
    expect(clock.decode(codec, [then, 1], at(27))).toBe("7 seconds w1");
    expect(clock.decode(codec, [2, 3, then], at(21))).toBe("w2 w3 1 second");
    expect(clock.decode(codec, [1, 2], at(21))).toBe("w1 w2");
    expect(clock.decode(codec, [], at(21))).toBe("");
  });
});
