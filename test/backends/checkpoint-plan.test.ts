import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { planCheckpoint } from "../../src/backends/local/checkpoint-plan.ts";
import type { CheckpointManifest } from "../../src/models/mod.ts";
import { eyesOf } from "../support/tiny-checkpoints.ts";

/** A checkpoint of SmolVLM2's shapes: 64 tokens at 512 px, 36 at 384 and 16 at 256. */
const checkpoint = (
  changes: {
    readonly transformer?: Partial<CheckpointManifest["transformer"]>;
    readonly vision?: Partial<CheckpointManifest["vision"]>;
    readonly cache?: Partial<CheckpointManifest["cache"]>;
  } = {},
): CheckpointManifest => ({
  format: "thinkalong-bundle/3",
  architecture: "one-stack",
  ...{ id: "made/up", revision: null, description: "", license: null, family: "idefics3", weights: "q8" },
  transformer: {
    ...{ layers: 30, width: 576, heads: 9, kv_heads: 3, head_width: 64, vocabulary: 49_280 },
    ...{ context: 8192, deep_layers: 0, rope: { base: 100_000, interleaved: false } },
    ...changes.transformer,
  },
  vision: { ...eyesOf("idefics3", 1).vision!, ...changes.vision },
  cache: {
    ...{ mask: "streamed", positions: "contiguous", visual_sink_units: 1, visual_window_units: 32 },
    ...{ text_window_tokens: 512, text_sink_tokens: 512 },
    ...changes.cache,
  },
  thinking: { policy: "prompted", thought_tokens: 48, answer_tokens: 256, question_tokens: 256 },
  end_tokens: [1],
  chat_template: "-",
  embeddings: { file: "embeddings.bin", dtype: "F32" },
  graphs: { tower: "tower.onnx", text: ["text.0.onnx", "text.1.onnx"] },
  files: {},
});

/** A tower that takes a time for 512 px (ms), and for others in proportion to their area. */
const towers = (ms: number) =>
  [512, 384, 256].map((side) => ({ side, tokens: (side / 64) ** 2, ms: ms * (side / 512) ** 2 }));

/** A transformer that reads a token in a time, and says one in another (ms), each longer by a share for a cached token. */
const step = (rowMs: number, tokenMs = 4 * rowMs, each = 0) => ({
  rowMs: { base: rowMs, each: rowMs * each },
  tokenMs: { base: tokenMs, each: tokenMs * each },
});

describe("the plan for a published checkpoint", () => {
  it("looks as large as the tower keeps up with in seven tenths of a unit, at the rate that is aimed at", () => {
    const sides = [699, 701, 1240, 1250, 2700].map(
      (ms) => planCheckpoint(checkpoint(), towers(ms), step(1)).side,
    );
    expect(sides).toEqual([512, 384, 384, 256, 256]);
  });

  it("looks less often where even the smallest size is too slow", () => {
    const plan = planCheckpoint(checkpoint(), towers(4000), step(1));
    expect(plan).toMatchObject({ fps: 0.5, side: 256, tokens: 16 });
    expect(plan.because).toContain("looks at 0.5 frames a second");
    expect(planCheckpoint(checkpoint(), towers(60_000), step(1))).toMatchObject({ fps: 0.02, side: 384 });
  });

  it("counts a unit of two frames as two", () => {
    const paired = checkpoint({ vision: { fps: 2, temporal_patch: 2 } });
    expect(planCheckpoint(paired, towers(699), step(1))).toMatchObject({ fps: 2, side: 512 });
    expect(planCheckpoint(paired, towers(701), step(1))).toMatchObject({ fps: 2, side: 384 });
  });

  it("leaves a thought what reading, requests and a question now and then leave of a unit, within limits", () => {
    const words = [8, 16, 26].map((tokenMs) => planCheckpoint(checkpoint(), towers(100), step(1, tokenMs)));
    expect(words.map(({ side }) => side)).toEqual([512, 512, 512]);
    const [most, many, few] = words.map(({ thoughtTokens }) => thoughtTokens);
    expect(most).toBe(48);
    expect(many).toBeLessThan(48);
    expect(few).toBeLessThan(many!);
    expect(few).toBeGreaterThanOrEqual(16);
    // A smaller picture leaves enough for a sentence; if none does, it looks less often.
    const fps = [2.5, 3.9, 8, 40, 400].map((rowMs) => planCheckpoint(checkpoint(), towers(100), step(rowMs)));
    expect(fps.map((plan) => [plan.fps, plan.side])).toEqual([
      [1, 512],
      [1, 384],
      [0.5, 256],
      [0.05, 512],
      [0.02, 256],
    ]);
  });

  it("keeps time for questions, but no more than a quarter of it", () => {
    fc.assert(
      fc.property(fc.double({ min: 0.1, max: 100, noNaN: true }), (rowMs) => {
        const { fps, tokens, because } = planCheckpoint(checkpoint(), towers(1), step(rowMs));
        if (because.includes("does not keep up")) return;
        // Reading, two requests and 12 words, a third slower in a live stream.
        const busy = 1.3 * (tokens * rowMs + 12 * 4 * rowMs);
        expect(busy).toBeLessThan(1000 / fps);
        expect(busy / (1000 / fps)).toBeLessThan(1 - Math.min(0.25, 0.133 * 1.3 * rowMs * 0.14));
      }),
    );
  });

  it("keeps fewer units where attention to more takes too long, before the pictures become smaller", () => {
    // A step takes so much longer for each cached token.
    const plans = [0, 3e-4, 6e-4].map((each) => planCheckpoint(checkpoint(), towers(100), step(2, 8, each)));
    expect(plans.map(({ fps, side, windowUnits }) => [fps, side, windowUnits])).toEqual([
      [1, 512, 32],
      [1, 512, 16],
      [1, 512, 8],
    ]);
    expect(plans[0]!.because).not.toContain("would keep");
    expect(plans[1]!.because).toContain("It would keep 32 units if there were time to look at them");
    const slow = step(2, 8, 6e-4);
    // Who wishes for a window keeps it, and a model keeps the one that it was trained with.
    const wished = planCheckpoint(checkpoint(), towers(100), slow, { windowUnits: 32 });
    expect([wished.windowUnits, wished.because.includes("would keep")]).toEqual([32, false]);
    const trained = checkpoint({ cache: { mask: "interleaved", positions: "growing" } });
    expect(planCheckpoint(trained, towers(100), slow).windowUnits).toBe(32);
  });

  it("needs less time where the model is not asked whether to speak", () => {
    const usual = checkpoint();
    const every = { ...usual, thinking: { ...usual.thinking, every_unit: true } };
    const [asked, never] = [usual, every].map((each) => planCheckpoint(each, towers(100), step(2, 14)));
    expect(never!.thoughtTokens).toBeGreaterThan(asked!.thoughtTokens);
  });

  it("says that it does not keep up where nothing helps, and chooses what costs least", () => {
    const { fps, side, thoughtTokens, because } = planCheckpoint(checkpoint(), towers(1e6), step(1000));
    expect({ fps, side, thoughtTokens }).toEqual({ fps: 0.02, side: 256, thoughtTokens: 16 });
    expect(because).toMatch(/does not keep up even so \(a unit lasts 50000 ms\).*dropped.*late\.$/);
    expect(planCheckpoint(checkpoint(), towers(10), step(0.1)).because).not.toContain("keep up");
  });

  it("says in whole sentences what was measured and chosen", () => {
    expect(planCheckpoint(checkpoint(), towers(400), step(1.55, 9.3, 1e-4)).because).toBe(
      "On this machine the vision tower takes 400 ms for a unit of 512 px, the transformer 1.6 ms for each token that it reads and 9.3 ms for each that it says (1.7 and 10 ms once 1000 tokens are cached). So the model looks at 1 frame a second, keeps 32 units of 64 tokens, and thinks up to 33 tokens about each.",
    );
  });

  it("keeps wishes, whatever they cost, and says when it does not keep up", () => {
    const wishes = { fps: 4, side: 512, windowUnits: 3 };
    const plan = planCheckpoint(checkpoint(), towers(900), step(1), wishes);
    expect(plan).toMatchObject({ fps: 4, side: 512, windowUnits: 3 });
    expect(plan.because).toMatch(/keeps 3 units.*does not keep up even so \(a unit lasts 250 ms\)/);
    expect(planCheckpoint(checkpoint(), towers(900), step(1), { side: 512 })).toMatchObject({
      fps: 0.5,
      side: 512,
    });
  });

  it("takes the nearest size to the one that is wished, and says so", () => {
    const planned = [1, 319, 320, 321, 384, 450, 10_000].map((side) =>
      planCheckpoint(checkpoint(), towers(100), step(1), { side }),
    );
    expect(planned.map(({ side }) => side)).toEqual([256, 256, 256, 384, 384, 512, 512]);
    expect(planned[0]!.because).toContain(
      "Of the sizes that it has (512, 384, 256 px), 256 px is the nearest to 1 px.",
    );
    expect(planned[4]!.because).not.toContain("nearest");
  });

  it("leaves room for what a model thinks before it speaks, whose thoughts are never late", () => {
    const usual = checkpoint();
    const thinking = { ...usual.thinking, policy: "think-respond" as const };
    const cache = { ...usual.cache, mask: "interleaved" as const, positions: "growing" as const };
    const trained = { ...usual, thinking, cache };
    // 92 tokens fit, or 46 and 46; the bundle's limit is 48.
    const [speaks, thinksToo] = [usual, trained].map((each) => planCheckpoint(each, towers(100), step(3, 5)));
    expect([speaks!.fps, thinksToo!.fps]).toEqual([1, 1]);
    expect(speaks!.thoughtTokens).toBe(48);
    expect(thinksToo!.thoughtTokens).toBe(46);
    const [late, never] = [usual, trained].map((each) => planCheckpoint(each, towers(9e5), step(3)).because);
    expect(late).toContain("frames will be dropped, and thoughts left out as late.");
    expect(never).toContain("frames will be dropped.");
  });

  describe("the visual window", () => {
    const windowOf = (manifest: CheckpointManifest, windowUnits?: number) =>
      planCheckpoint(manifest, towers(100), step(0.5), { windowUnits });

    it("is that of the bundle, and a smaller one is a wish", () => {
      expect(windowOf(checkpoint())).toMatchObject({ windowUnits: 32 });
      expect(windowOf(checkpoint(), 5)).toMatchObject({ windowUnits: 5 });
      expect(windowOf(checkpoint(), 1).because).toContain("keeps 1 unit of 64 tokens");
    });

    it("may be longer than that where the model's context has room beside the text", () => {
      expect(windowOf(checkpoint(), 60)).toMatchObject({ windowUnits: 60 });
      const { windowUnits, because } = windowOf(checkpoint(), 500);
      // (8192 - 1536 tokens of text) / 88 tokens a unit, without the sink.
      expect(windowUnits).toBe(74);
      expect(because).toContain("keeps no 500 units: the model was trained for 8192 tokens in all.");
      // What the bundle says is trusted, whatever its context.
      expect(windowOf(checkpoint({ transformer: { context: 512 } }))).toMatchObject({ windowUnits: 32 });
    });

    it("never takes more than a gibibyte of keys and values, and says why it is shorter", () => {
      const large = { transformer: { layers: 80, kv_heads: 32, head_width: 128, context: 1e6 } };
      fc.assert(
        fc.property(fc.integer({ min: 1, max: 5000 }), fc.integer({ min: 0, max: 4 }), (units, sink) => {
          const cache = { visual_window_units: units, visual_sink_units: sink };
          const { windowUnits, tokens, because } = windowOf(checkpoint({ ...large, cache }));
          const bytes = (windowUnits + sink) * tokens * 2 * 4 * 80 * 32 * 128;
          expect(bytes).toBeLessThanOrEqual(2 ** 30);
          expect(windowUnits).toBeLessThanOrEqual(units);
          if (windowUnits < units)
            expect(because).toMatch(/keeps no \d+ units: .* 1 GiB that a stream may have/);
          else expect(because).not.toContain("keeps no");
        }),
      );
      expect(windowOf(checkpoint(large), 5000).because).toContain("1 GiB");
    });
  });
});
