import { afterAll, beforeAll, describe } from "vitest";
import { OpenAiBackend } from "../../../src/backends/openai/mod.ts";
import { ChatServer } from "../../support/chat-server.ts";
import { deterministicChat } from "../../support/deterministic-chat.ts";
import { hasLlama, type LlamaServer, startLlamaServer } from "../../support/llama-server.ts";
import { describeContract } from "../contract.ts";

/** All that would be planned by how fast the machine is. */
const wishes = { fps: 1, side: 128, windowUnits: 16 };

describe("on a server of a fake model", () => {
  let server: ChatServer;
  beforeAll(async () => {
    server = await ChatServer.start({ chats: [deterministicChat()] });
  });
  afterAll(() => server.die());

  describeContract("the remote backend", () => OpenAiBackend.start({ baseUrls: [server.url], wishes }));
});

describe.skipIf(!hasLlama)("on a real llama.cpp server", () => {
  let server: LlamaServer;
  beforeAll(async () => {
    server = await startLlamaServer();
  });
  afterAll(() => server[Symbol.asyncDispose]());

  const start = () => OpenAiBackend.start({ baseUrls: [server.url], wishes });
  describeContract("the remote backend", start, false);
});
