import { describe, expect, it } from "vitest";
import type { ProbedServer } from "../../src/backends/mod.ts";
import { probeAdvice, probeRows } from "../../src/cli/probe-report.ts";

const plan = {
  ...{ fps: 1, windowUnits: 16, thoughtTokens: 48, keepsUp: true },
  picture: { side: 512, tokens: 192, ms: 123.4 },
};

function probed(found: Partial<ProbedServer["found"]> = {}, more: Partial<ProbedServer> = {}): ProbedServer {
  return {
    found: {
      ...{ model: "eye", contextTokens: 8192, streams: true, reasons: false, takesImages: true },
      pictures: [{ side: 512, tokens: 192, ms: 123.4 }],
      cache: { works: true, share: 0.876 },
      ...{ logprobs: 20, schema: true, firstTokenMs: 12.34, prefillTokensPerS: 1234.5 },
      ...{ decodeTokensPerS: 0.123, parallel: 1.04, notMeasured: [] },
      ...found,
    },
    plan,
    because: "It is quick.",
    ...more,
  };
}

describe("probeRows", () => {
  it("has a row for all that was measured", () => {
    expect(probeRows(probed())).toEqual([
      ["streaming", "yes"],
      ["first token", "12 ms, where nothing of a prompt is new"],
      ["prefill", "1235 tokens a second"],
      ["decoding", "0.12 tokens a second"],
      ["picture 512 px", "192 tokens, 123 ms"],
      ["prefix cache", "yes: 88 % of an earlier prompt"],
      ["probabilities", "yes, of 20 tokens"],
      ["JSON schema", "yes"],
      ["context", "8192 tokens"],
      ["two at once", "1.0 × the time of one"],
    ]);
  });

  it("says what is not known, and why", () => {
    const notMeasured = [{ what: "the prefix cache", why: "The time was up." }];
    const rows = probeRows(
      probed({
        contextTokens: null,
        cache: null,
        notMeasured,
        pictures: [{ side: 256, tokens: null, ms: 1 }],
      }),
    );
    expect(rows).toContainEqual(["context", "not told"]);
    expect(rows).toContainEqual(["prefix cache", "not measured"]);
    expect(rows).toContainEqual(["picture 256 px", "tokens not told, 1 ms"]);
    expect(rows.at(-1)).toEqual(["not measured", "the prefix cache. The time was up."]);
  });
});

describe("probeAdvice", () => {
  it("is short where nothing is missing", () => {
    expect(probeAdvice(probed())).toEqual(["thinkalong can use eye. It is quick."]);
  });

  it.each<[string, Partial<ProbedServer["found"]>, RegExp]>([
    ["no cache", { cache: { works: false, share: 0 } }, /prefix cache can be switched on/],
    ["no counts", { cache: { works: true, share: null } }, /--enable-prompt-tokens-details/],
    ["no probabilities", { logprobs: 0 }, /tells no probabilities/],
    ["no stream", { streams: false }, /does not stream/],
    ["reasoning", { reasons: true }, /Reasoning can be switched off/],
    ["one at a time", { parallel: 2.1 }, /waits for the thought under way/],
    ["blindness", { pictures: [{ side: 256, tokens: 0, ms: 1 }] }, /may not see it/],
  ])("names what is missing: %s", (_, found, words) => {
    const [first, ...more] = probeAdvice(probed(found));
    expect([first, more]).toEqual(["thinkalong can use eye. It is quick.", [expect.stringMatching(words)]]);
  });

  it("says that it does not keep up, or cannot be used", () => {
    expect(probeAdvice(probed({}, { plan: { ...plan, keepsUp: false } }))[0]).toMatch(/but not keep up/);
    expect(probeAdvice(probed({ contextTokens: 512 }, { plan: null }))).toEqual([
      expect.stringMatching(/cannot use eye: its context of 512 tokens is too short/),
    ]);
  });
});
