import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Measured, makePlan } from "../../../src/backends/openai/plan.ts";

/** A server that computes a picture of 512 px in a time, and others in proportion to their area. */
const server = (ms: number, rest: Partial<Measured> = {}): Measured => ({
  pictures: [256, 512, 768].map((side) => ({
    side,
    tokens: Math.round(256 * (side / 512) ** 2),
    ms: ms * (side / 512) ** 2,
  })),
  firstTokenMs: 20,
  tokenMs: 5,
  hasPrefixCache: true,
  contextTokens: 32_768,
  ...rest,
});

describe("the plan for a remote model", () => {
  it("looks often and sharply where the server is fast, less of each the slower it is", () => {
    const plans = [5, 100, 200, 500, 3000, 20_000].map((ms) => makePlan(server(ms))!);
    expect(plans.map(({ fps, side }) => [fps, side])).toEqual([
      [2, 768],
      [1, 768],
      [1, 512],
      [1, 256],
      [0.2, 256],
      [0.1, 256],
    ]);
    expect(plans.map(({ keepsUp }) => keepsUp)).toEqual([true, true, true, true, true, false]);
    expect(plans.at(-1)!.because).toContain("does not keep up");
  });

  it("gives thoughts what is left of a unit's time, within limits", () => {
    const tokens = [2, 10, 12].map(
      (tokenMs) => makePlan(server(100, { tokenMs }), { fps: 1, side: 512 })!.thoughtTokens,
    );
    expect(tokens[0]).toBe(48);
    expect(tokens[1]).toBe(36);
    expect(tokens[2]).toBe(30);
  });

  it("remembers what the context holds, and refuses one that is too short for a picture", () => {
    const wishes = { fps: 1, side: 512 };
    expect(makePlan(server(10, { contextTokens: null }), wishes)).toMatchObject({ windowUnits: 16 });
    expect(makePlan(server(10, { contextTokens: 1024 + 3 * 256 }), wishes)).toMatchObject({ windowUnits: 3 });
    expect(makePlan(server(10, { contextTokens: 1024 + 256 }), wishes)).toMatchObject({ windowUnits: 1 });
    expect(makePlan(server(10, { contextTokens: 1024 + 255 }), wishes)).toBeNull();
    // Without the wish, a smaller picture is taken.
    expect(makePlan(server(10, { contextTokens: 1024 + 255 }))).toMatchObject({ side: 256 });
  });

  it("remembers fewer pictures where each thought computes them all again", () => {
    const [kept, lost] = [true, false].map((hasPrefixCache) => makePlan(server(60, { hasPrefixCache }))!);
    expect(lost!.windowUnits).toBeLessThan(kept!.windowUnits);
    expect(lost!.because).toContain("no prefix cache");
  });

  it("keeps to what was set by hand, and says so", () => {
    const plan = makePlan(server(2000), { fps: 4, side: 1024, windowUnits: 5 })!;
    expect(plan).toMatchObject({ fps: 4, side: 1024, windowUnits: 5, tokensPerFrame: 1024, keepsUp: false });
    expect(plan.because).toContain("The rate, the picture size, the window was set by hand.");
  });

  it("never plans for more than a unit's time, when it says that it keeps up", () => {
    const ms = fc.double({ min: 0.1, max: 30_000, noNaN: true });
    fc.assert(
      fc.property(
        ms,
        ms,
        fc.boolean(),
        fc.option(fc.integer({ min: 64, max: 100_000 })),
        (picture, token, cached, context) => {
          const rest = { tokenMs: token / 100, hasPrefixCache: cached, contextTokens: context };
          const measured = server(picture, rest);
          const plan = makePlan(measured);
          if (plan === null) {
            expect(context).not.toBeNull();
            return;
          }
          const { windowUnits, tokensPerFrame, thoughtTokens, fps, side } = plan;
          expect(windowUnits).toBeGreaterThanOrEqual(1);
          if (context !== null) expect(windowUnits * tokensPerFrame).toBeLessThan(context);
          const pictureMs = measured.pictures.find((each) => each.side === side)!.ms;
          const unitMs = pictureMs * (cached ? 2 : 2 * windowUnits) + 2 * 20 + thoughtTokens * rest.tokenMs;
          if (plan.keepsUp) expect(unitMs).toBeLessThanOrEqual(1000 / fps);
        },
      ),
    );
  });
});
