import { afterAll, beforeAll, describe } from "vitest";
import { OpenAiBackend } from "../../../src/backends/openai/mod.ts";
import { hasLlama, type LlamaServer, startLlamaServer } from "../../support/llama-server.ts";
import { describeContract } from "../contract.ts";

describe.skipIf(!hasLlama)("on a real llama.cpp server", () => {
  let server: LlamaServer;
  beforeAll(async () => {
    server = await startLlamaServer();
  });
  afterAll(() => server[Symbol.asyncDispose]());

  describeContract("the remote backend", () =>
    OpenAiBackend.start({ baseUrls: [server.url], wishes: { fps: 1, side: 128 } }),
  );
});
