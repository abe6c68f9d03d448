import { describe, expect, it } from "vitest";
import {
  type ProbeOptions,
  type ProbeResult,
  probe,
  RemoteModel,
} from "../../../../src/backends/openai/client/mod.ts";
import { ChatServer, error, json } from "../../../support/chat-server.ts";
import { type Played, plays } from "../../../support/model-server.ts";

async function probed(played: Played, options: Partial<ProbeOptions> = {}): Promise<ProbeResult> {
  await using server = await ChatServer.start({
    chats: [plays(played)],
    models: json({ data: [{ id: "eye", max_model_len: 8192 }] }),
  });
  const remote = await RemoteModel.connect({ baseUrls: [server.url] });
  try {
    return await probe(remote, { depth: "short", ...options });
  } finally {
    await remote.close();
  }
}

describe("probe", () => {
  it("measures all that a capable server can do", async () => {
    const steps: string[] = [];
    const result = await probed({}, { depth: "full", onStep: (what) => steps.push(what) });
    expect(result).toMatchObject({
      model: "eye",
      contextTokens: 8192,
      streams: true,
      reasons: false,
      takesImages: true,
      pictures: [
        { side: 256, tokens: 48 },
        { side: 512, tokens: 192 },
        { side: 768, tokens: 432 },
      ],
      cache: { works: true },
      logprobs: 1,
      schema: true,
      notMeasured: [],
    });
    expect(result.cache!.share).toBeGreaterThan(0.8);
    expect(result.parallel).toBeGreaterThan(0);
    expect(result.firstTokenMs).toBeGreaterThan(0);
    expect(steps).toContain("a picture of 768 px");
  });

  it("measures little in short", async () => {
    const { pictures, schema, parallel, logprobs } = await probed({ logprobs: false });
    expect(pictures.map(({ side }) => side)).toEqual([256, 512]);
    expect([schema, parallel, logprobs]).toEqual([null, null, 0]);
    expect((await probed({}, { sides: [320] })).pictures).toMatchObject([{ side: 320, tokens: 75 }]);
  });

  it("finds that there are no eyes, no schemas and no cache", async () => {
    const result = await probed({ eyes: false, schema: false, cacheFrom: null }, { depth: "full" });
    expect(result).toMatchObject({
      takesImages: false,
      pictures: [],
      schema: false,
      cache: { works: false, share: 0 },
      notMeasured: [],
    });
  });

  it("finds a cache that begins with a thousand tokens", async () => {
    expect((await probed({ cacheFrom: 1024 })).cache).toMatchObject({ works: true });
    expect((await probed({ cacheFrom: null })).cache).toEqual({ works: false, share: 0 });
  });

  it("finds a cache by the time where the server does not count", async () => {
    const uncounted = { counts: false, msPerToken: 1, eyes: false };
    expect((await probed(uncounted)).cache).toEqual({ works: true, share: null });
    expect((await probed({ ...uncounted, cacheFrom: null })).cache).toEqual({ works: false, share: null });
    expect((await probed({ counts: false })).pictures[0]!.tokens).toBeNull();
  });

  it("finds the context where a server has it, also when the model is loaded first", async () => {
    await using server = await ChatServer.start({
      chats: [plays()],
      models: json({ data: [{ id: "eye:latest" }] }),
    });
    const context = async (name: string) => {
      const remote = await RemoteModel.connect({ baseUrls: [server.url], model: name });
      const before = remote.info.contextTokens;
      const { contextTokens } = await probe(remote, { depth: "short", sides: [64] });
      await remote.close();
      return [before, contextTokens];
    };
    expect(await context("eye")).toEqual([null, null]);
    // As Ollama: nothing is loaded before the first question.
    server.others = (response, got) => {
      const models = server.chatsGot.length > 0 ? [{ name: "eye:latest", context_length: 4096 }] : [];
      return got.path === "/api/ps" ? json({ models })(response, got) : error(404, "no")(response, got);
    };
    server.got.length = 0;
    expect(await context("eye")).toEqual([null, 4096]);
    server.others = json({ default_generation_settings: { n_ctx: 2048 } });
    expect(await context("eye")).toEqual([2048, 2048]);
  });

  it("says what it had no time for", async () => {
    const { pictures, takesImages, firstTokenMs, notMeasured } = await probed(
      { answers: 3 },
      { budgetMs: 3_000 },
    );
    expect([pictures, takesImages]).toEqual([[], null]);
    expect(firstTokenMs).not.toBeNull();
    expect(notMeasured.map(({ what }) => what)).toEqual([
      "probabilities",
      "a picture of 256 px",
      "a picture of 512 px",
      "the prefix cache",
    ]);
    expect(notMeasured[0]!.why).toBe("The time for measuring was up.");
  });

  it("does not try a picture that would take most of the time", async () => {
    const { pictures, cache, notMeasured } = await probed({ msPerToken: 10 }, { budgetMs: 4_000 });
    expect([pictures.map(({ side }) => side), cache]).toEqual([
      [256],
      { works: true, share: expect.any(Number) },
    ]);
    expect(notMeasured).toEqual([{ what: "a picture of 512 px", why: expect.stringMatching(/too much/) }]);
  });

  it("fails when nothing is answered", async () => {
    await expect(probed({ answers: 0 }, { budgetMs: 100 })).rejects.toMatchObject({ code: "remote_slow" });
  });

  it("ends with its signal", async () => {
    const stop = new AbortController();
    const onStep = (what: string) => what.includes("512") && stop.abort(new Error("enough"));
    await expect(probed({}, { signal: stop.signal, onStep })).rejects.toThrow("enough");
  });

  it("tells why something failed, and goes on", async () => {
    await using server = await ChatServer.start();
    const model = plays();
    server.chats = [
      (response, got) =>
        got.body.messages[0].content.length > 2 && typeof got.body.messages[0].content !== "string"
          ? error(400, "one picture, please")(response, got)
          : model(response, got),
    ];
    const remote = await RemoteModel.connect({ baseUrls: [server.url] });
    const { notMeasured, cache, logprobs } = await probe(remote, { depth: "short" });
    await remote.close();
    expect(notMeasured).toEqual([
      { what: "the prefix cache", why: expect.stringContaining("one picture, please") },
    ]);
    expect([cache, logprobs]).toEqual([null, 1]);
  });
});
