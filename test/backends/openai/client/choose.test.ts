import { describe, expect, it } from "vitest";
import { choiceLogprobs, chosenIn } from "../../../../src/backends/openai/client/choice-tokens.ts";
import { type ChatRequest, RemoteModel } from "../../../../src/backends/openai/client/mod.ts";
import { type Answer, ChatServer, error, json, USAGE } from "../../../support/chat-server.ts";

const CHOICES = ["speak", "wait"];

function request(): ChatRequest {
  const { signal } = new AbortController();
  const messages = [{ role: "user", parts: [{ type: "text", text: "Is it worth saying?" }] }] as const;
  return { messages, maxTokens: 1, temperature: 0, seed: null, signal, urgent: false };
}

function completion(content: string, listed: Record<string, number> | null = null) {
  const top_logprobs = Object.entries(listed ?? {}).map(([token, p]) => ({ token, logprob: Math.log(p) }));
  const logprobs = listed === null ? null : { content: [{ ...top_logprobs[0]!, top_logprobs }] };
  return { choices: [{ message: { content }, finish_reason: "length", logprobs }], usage: USAGE };
}

/** A server that can do some of it. */
function server(can: { most?: number; schema?: boolean; ignores?: boolean }): Answer {
  return (response, got) => {
    const { top_logprobs, response_format, logprobs } = got.body;
    if (logprobs && !can.ignores && top_logprobs > (can.most ?? 0))
      return error(400, "top_logprobs is too high")(response, got);
    if (logprobs && !can.ignores)
      return json(completion("Wait", { Wait: 0.5, " speak": 0.2, sp: 0.1, the: 0.1, W: 0.05 }))(
        response,
        got,
      );
    if (response_format && can.schema) return json(completion('{"choice": "wait"}'))(response, got);
    if (response_format && !can.ignores) return error(422, "no response_format")(response, got);
    return json(completion("I'd say: Wait, for now."))(response, got);
  };
}

async function chosenBy(answer: Answer, times = 1) {
  await using chat = await ChatServer.start({ chats: [answer] });
  const remote = await RemoteModel.connect({ baseUrls: [chat.url] });
  const results = [];
  for (let i = 0; i < times; i++) results.push(await remote.choose(request(), CHOICES));
  await remote.close();
  return { results, bodies: chat.chatsGot.map(({ body }) => body), can: remote.listedProbabilities };
}

describe("RemoteModel.choose", () => {
  it("sums the tokens that begin each choice", async () => {
    const { results, bodies, can } = await chosenBy(server({ most: 20 }));
    expect(results[0]).toMatchObject({ chosen: "wait", usage: { prompt: 20, cached: 12 } });
    expect(Math.exp(results[0]!.logprobs!.wait!)).toBeCloseTo(0.55);
    expect(Math.exp(results[0]!.logprobs!.speak!)).toBeCloseTo(0.3);
    expect(bodies).toMatchObject([{ max_tokens: 1, logprobs: true, top_logprobs: 20 }]);
    expect([can, bodies[0].stream]).toEqual([5, undefined]);
  });

  it("asks for fewer where the server lists fewer, and remembers it", async () => {
    const { results, bodies } = await chosenBy(server({ most: 5 }), 2);
    expect(bodies.map(({ top_logprobs }) => top_logprobs)).toEqual([20, 10, 5, 5]);
    expect(results[1]!.chosen).toBe("wait");
  });

  it.each<[string, Answer, number]>([
    ["refused", server({ schema: true }), 5],
    ["ignored", server({ ignores: true, schema: true }), 5],
  ])("holds the model to a schema where probabilities are %s", async (_, answer, count) => {
    const { results, bodies, can } = await chosenBy(answer, 2);
    expect(results.map(({ chosen, logprobs }) => [chosen, logprobs])).toEqual([
      ["wait", null],
      ["wait", null],
    ]);
    expect([bodies.length, can]).toEqual([count, 0]);
    expect(bodies.at(-1).response_format.json_schema.schema.properties.choice.enum).toEqual(CHOICES);
  });

  it.each<[string, Answer]>([
    ["refused", server({})],
    ["ignored", server({ ignores: true })],
  ])("believes the words where a schema is %s too", async (_, answer) => {
    const { results, bodies } = await chosenBy(answer, 2);
    expect(results.map(({ chosen }) => chosen)).toEqual(["wait", "wait"]);
    expect(bodies).toHaveLength(6);
  });

  it("tries anew when even that failed", async () => {
    await using chat = await ChatServer.start({ chats: [error(400, "not today")] });
    const remote = await RemoteModel.connect({ baseUrls: [chat.url] });
    await expect(remote.choose(request(), CHOICES)).rejects.toMatchObject({ code: "remote_failed" });
    chat.chats = [server({ most: 20 })];
    expect((await remote.choose(request(), CHOICES)).logprobs).not.toBeNull();
    await remote.close();
  });
});

describe("choiceLogprobs", () => {
  const of = (listed: Record<string, number>, choices: readonly string[]) =>
    choiceLogprobs(completion("", listed) as never, choices);

  it("gives a choice that is not listed the least that is", () => {
    expect(of({ yes: 0.9, maybe: 0.01 }, ["yes", "no"])).toEqual({ yes: Math.log(0.9), no: Math.log(0.01) });
  });

  it("knows no choice by a token that begins both, or none", () => {
    expect(of({ s: 0.9, "": 0.1, the: 0.2 }, ["speak", "silent"])).toBeNull();
    expect(of({ "▁Yes": 0.5, Ġyes: 0.25 }, ["yes", "no"])!.yes).toBeCloseTo(Math.log(0.75));
  });
});

describe("chosenIn", () => {
  it.each([
    ["yes", "yes"],
    [" **No**, because", "no"],
    ["I think no.", "no"],
    ["know", null],
    ["", null],
  ])("%j: %j", (text, chosen) => {
    expect(chosenIn(text, ["yes", "no"])).toBe(chosen);
  });
});
