import { describe, expect, it } from "vitest";
import { matchClaims } from "../../lib/match-claims.ts";

const at = (atS: number, what = "stops", colour = "") => ({ atS, what, colour });
const fits = (a: { what: string }, b: { what: string }) => a.what === b.what;
const times = (pairs: ReturnType<typeof matchClaims>) =>
  pairs.map(({ said, happened }) => [said.atS, happened.atS]);

describe("matching", () => {
  it("pairs the nearest first, one to one", () => {
    expect(times(matchClaims([at(1), at(2)], [at(1.75)], fits))).toEqual([[2, 1.75]]);
    expect(times(matchClaims([at(1.5)], [at(1), at(2.25)], fits))).toEqual([[1.5, 1]]);
    expect(times(matchClaims([at(1), at(1.5)], [at(1.25), at(0.5)], fits))).toHaveLength(2);
  });

  it("takes a second of distance and no more, and only what fits", () => {
    expect(matchClaims([at(2)], [at(1)], fits)).toMatchObject([{ errorS: 1 }]);
    expect(matchClaims([at(2.01)], [at(1)], fits)).toEqual([]);
    expect(matchClaims([at(1, "moves")], [at(1)], fits)).toEqual([]);
  });

  it("breaks ties by closeness", () => {
    const said = [at(1, "stops", "red"), at(1, "stops", "blue")];
    const happened = [at(1.25, "stops", "blue"), at(1.25, "stops", "red")];
    const pairs = matchClaims(said, happened, fits, (a, b) => (a.colour === b.colour ? 1 : 0));
    expect(pairs).toHaveLength(2);
    for (const { said, happened } of pairs) expect(said.colour).toBe(happened.colour);
  });
});
