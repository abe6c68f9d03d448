import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { explainPlan } from "../../../src/backends/openai/explain-plan.ts";
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
  reasons: false,
  contextTokens: 32_768,
  ...rest,
});

describe("the plan for a remote model", () => {
  it("looks often and sharply where the server is fast, less of each the slower it is", () => {
    const plans = [5, 90, 200, 500, 3000, 200_000].map((ms) => makePlan(server(ms))!);
    expect(plans.map(({ fps, picture }) => [fps, picture.side])).toEqual([
      [2, 768],
      [1, 768],
      [1, 512],
      [1, 256],
      [0.2, 256],
      [0.02, 256],
    ]);
    expect(plans.map(({ keepsUp }) => keepsUp)).toEqual([true, true, true, true, true, false]);
    expect(explainPlan(plans[0]!, server(5), {}, {})).toBe(
      "A picture of 768 px takes 576 tokens and 11 ms at this server, the first token of an answer 20 ms, and each further one 5 ms. So the model looks at 2 frames a second, remembers up to 16 pictures, and thinks up to 47 tokens about each.",
    );
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
    expect(makePlan(server(10, { contextTokens: 1024 + 255 }))).toMatchObject({ picture: { side: 256 } });
  });

  it("remembers fewer pictures where each thought computes them all again", () => {
    const [kept, lost] = [true, false].map((hasPrefixCache) => makePlan(server(60, { hasPrefixCache }))!);
    expect(lost!.windowUnits).toBeLessThan(kept!.windowUnits);
  });

  it("keeps within what is allowed", () => {
    const [free, calls, tokens] = [{}, { callsPerMinute: 12 }, { maxTokensPerMinute: 60_000 }].map(
      (allowance) => makePlan(server(5), { side: 512 }, allowance)!,
    );
    expect([free!.fps, calls!.fps, tokens!.fps]).toEqual([2, 0.1, 0.1]);
    expect(makePlan(server(5), { fps: 2 }, { callsPerMinute: 12 })).toMatchObject({ fps: 2, keepsUp: false });
  });

  it("leaves time and tokens for a model that reasons first", () => {
    const [quick, slow] = [false, true].map((reasons) => makePlan(server(5, { reasons }))!);
    expect(slow!.fps).toBeLessThan(quick!.fps);
    expect(slow!.thoughtTokens).toBeGreaterThan(500);
  });

  it("makes do without counts of tokens", () => {
    const pictures = server(5).pictures.map((picture) => ({ ...picture, tokens: null }));
    expect(makePlan(server(5, { pictures }))).toMatchObject({ fps: 2, windowUnits: 16 });
  });

  it("keeps to what was set by hand, and says so", () => {
    const wishes = { fps: 4, side: 1024, windowUnits: 5 };
    const plan = makePlan(server(2000), wishes)!;
    expect(plan).toMatchObject({
      fps: 4,
      windowUnits: 5,
      picture: { side: 1024, tokens: 1024 },
      keepsUp: false,
    });
    const said = explainPlan(plan, server(2000), wishes, {});
    expect(said).toContain("Set by hand: rate, picture size, window.");
    expect(said).toContain("does not keep up");
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
          const { windowUnits, picture: shown, thoughtTokens, fps } = plan;
          expect(windowUnits).toBeGreaterThanOrEqual(1);
          if (context !== null) expect(windowUnits * shown.tokens!).toBeLessThan(context);
          const pictureMs = shown.ms;
          const unitMs = pictureMs * (cached ? 2 : 2 * windowUnits) + 2 * 20 + thoughtTokens * rest.tokenMs;
          if (plan.keepsUp) expect(unitMs).toBeLessThanOrEqual(1000 / fps);
        },
      ),
    );
  });
});
