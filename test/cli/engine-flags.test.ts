import { describe, expect, it } from "vitest";
import { type EngineFlags, startEngineFor } from "../../src/cli/engine-flags.ts";
import { TINY_BUNDLE } from "../support/bundles.ts";
import { ChatServer, error, json, status } from "../support/chat-server.ts";
import { deterministicChat } from "../support/deterministic-chat.ts";
import { TinyModel } from "../support/tiny-model.ts";

const refusal = async (flags: EngineFlags): Promise<string> => {
  const engine = await startEngineFor(flags).catch((cause: Error) => cause);
  if (engine instanceof Error) return engine.message;
  await engine.close();
  throw new Error("The engine was started.");
};

describe("flags of the engine", () => {
  it.each<[string, EngineFlags, RegExp]>([
    ["no address", { engine: "openai" }, /needs the address of a server\. Add --base-url, such as/],
    [
      "an address without the engine",
      { engine: "local", baseUrl: ["http://x"] },
      /--base-url is for .* Add --engine openai\./,
    ],
    [
      "a rate for a model that leaves no choice",
      { engine: "local", model: TINY_BUNDLE, frameRate: 2 },
      /tiny-random looks at 4 frames a second of 96×96 px.* Leave --frame-rate, --picture-size and --window out/,
    ],
    ["a limit without the engine", { engine: "local", callsPerMinute: 3 }, /--calls-per-minute is for/],
    [
      "threads of a server",
      { engine: "openai", baseUrl: ["http://x"], threads: 2 },
      /--threads .* Leave it out\./,
    ],
    [
      "a process for a model on a server",
      { engine: "openai", baseUrl: ["http://x"], isolation: "threads" },
      /--isolation is for a model on this machine\. Leave it out\./,
    ],
    [
      "8-bit keys and values of the bundled kind of model",
      { engine: "local", model: TINY_BUNDLE, kv: "int8" },
      /tiny-random keeps its keys and values as 32-bit numbers.* Leave --kv out\./,
    ],
    [
      "changed parts of a model whose eyes are one graph",
      { engine: "local", model: TINY_BUNDLE, changedParts: 6 },
      /tiny-random encodes whole pictures.* Leave --changed-parts out/,
    ],
    [
      "a thought about each unit of a model that decides by itself",
      { engine: "local", model: TINY_BUNDLE, everyUnit: true },
      /tiny-random was trained to say nothing .* Leave --every-unit out\./,
    ],
    [
      "a thought about each unit of a model on a server",
      { engine: "openai", baseUrl: ["http://x"], everyUnit: true },
      /--every-unit is for a checkpoint on this machine\. Leave it out\./,
    ],
    [
      "no key",
      { engine: "openai", baseUrl: ["http://x"], apiKeyEnv: "NO_SUCH_KEY" },
      /NO_SUCH_KEY is not set/,
    ],
    ["no URL", { engine: "openai", baseUrl: ["http://"] }, /./],
    [
      "a host that is not there",
      { engine: "openai", baseUrl: ["http://no-such-host.invalid"] },
      /no-such-host\.invalid/,
    ],
    [
      "a port at which nothing listens",
      { engine: "openai", baseUrl: ["http://127.0.0.1:45999"] },
      /Nothing listens at 127\.0\.0\.1/,
    ],
  ])("say in a sentence what is wrong: %s", async (_, flags, words) => {
    const message = await refusal(flags);
    expect(message).toMatch(words);
    expect(message).toMatch(/\.$/);
  });

  it.each<[string, Partial<ChatServer>, RegExp]>([
    ["a server of another kind", { models: status(200, "<html><title>Router</title>") }, /web page/],
    ["a model that is not there", { models: json({ data: [{ id: "other" }] }) }, /eye.*other/s],
    ["a wrong key", { models: error(401, "bad key") }, /THINKALONG_API_KEY/],
    [
      "a model without eyes",
      { chats: [deterministicChat(), error(500, "image input is not supported")] },
      /pictures/,
    ],
    [
      "a context that is too short",
      { models: json({ data: [{ id: "eye", max_model_len: 1030 }] }), chats: [deterministicChat()] },
      /too short for one picture/,
    ],
  ])("say what is wrong at the start with %s", async (_, setUp, words) => {
    await using server = await ChatServer.start(setUp);
    expect(await refusal({ engine: "openai", baseUrl: [server.url], model: "eye" })).toMatch(words);
  });

  it("say how a published checkpoint looks on this machine; the nearest size is taken, and told", async () => {
    await using tiny = await TinyModel.make("idefics3");
    const engine = await startEngineFor({
      ...{ engine: "local", model: tiny.path },
      ...{ frameRate: 3, pictureSize: 26, window: 2 },
    });
    const { model } = engine;
    await engine.close();
    expect(model).toMatchObject({ fps: 3, limits: { visualWindowUnits: 2 } });
    expect(model.chosenBecause).toMatch(/ 3 frames a second, keeps 2 units/);
    expect(model.chosenBecause).toMatch(new RegExp(` ${model.width} px is the nearest to 26 px\\.`));
  });
});
