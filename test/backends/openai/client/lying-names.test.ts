import dns from "node:dns";
import { afterEach, expect, it, vi } from "vitest";
import { type ChatRequest, RemoteModel } from "../../../../src/backends/openai/client/mod.ts";
import { ChatServer, says, status } from "../../../support/chat-server.ts";

const NAME = "model.example";

type Callback = (...results: unknown[]) => void;

/** What the name stands for: an address, or the code of a failure. */
let found = "127.0.0.1";

function lie(): void {
  const honest = dns.lookup as unknown as (...of: unknown[]) => void;
  const lookup = (name: string, ...rest: readonly [...unknown[], Callback]) => {
    if (name !== NAME) return honest(name, ...rest);
    const callback = rest.at(-1) as Callback;
    if (/^E/.test(found)) callback(Object.assign(new Error(`getaddrinfo ${found}`), { code: found }));
    else callback(null, [{ address: found, family: 4 }]);
  };
  vi.spyOn(dns, "lookup").mockImplementation(lookup as unknown as typeof dns.lookup);
}

afterEach(() => {
  vi.restoreAllMocks();
});

const request: ChatRequest = {
  messages: [{ role: "user", parts: [{ type: "text", text: "What is there?" }] }],
  ...{ maxTokens: 8, temperature: 0, seed: null, urgent: false },
  signal: new AbortController().signal,
};

// Elsewhere 127.0.0.2 is not the machine's own address.
it.runIf(process.platform === "linux")(
  "a model is asked again when its name leads to it again, and until then it is said where it led",
  async () => {
    lie();
    const server = await ChatServer.start();
    const url = server.url.replace("127.0.0.1", NAME);
    const remote = await RemoteModel.connect({ baseUrls: [url] });
    /** What the model says, or what is wrong. */
    const ask = () =>
      remote
        .chat(request, () => undefined)
        .then(
          ({ text }) => text,
          ({ message }: Error) => message,
        );
    /** The name leads elsewhere, and the connections of before are gone. */
    const leadsTo = async (place: string) => {
      found = place;
      await server.die();
      await server.listen();
    };
    try {
      expect(await ask()).toBe("Hello there");
      await leadsTo("ENOTFOUND");
      expect(await ask()).toMatch(/There is no host named model\.example\./);
      await leadsTo("127.0.0.2");
      expect(await ask()).toMatch(/Nothing listens at model\.example/);
      await leadsTo("127.0.0.1");
      server.chats = [status(200, "<!doctype html><title>Welcome</title>", { "content-type": "text/html" })];
      expect(await ask()).toMatch(/model\.example:\d+\/v1 answers with a web page/);
      server.chats = [says("Hello", " there")];
      expect(await ask()).toBe("Hello there");
    } finally {
      await remote.close();
      await server.die();
    }
  },
);
