import { describe, expect, it } from "vitest";
import { TotalsCounter } from "../../src/engine/stream-totals.ts";

describe("a stream's totals", () => {
  it("count what was said as thoughts and the rest as skips, and the tokens of both", () => {
    const counter = new TotalsCounter(8);
    counter.thought(false, 6);
    counter.thought(true, 1);
    counter.thought(true, 1);
    expect(counter.totals).toMatchObject({
      thoughts: 1,
      skips: 2,
      reasoningTokens: 8,
    });
  });
});
