import { type Completion, completionSchema } from "./answer-schemas.ts";
import type { ChatRequest, Json } from "./chat-body.ts";
import { wrong } from "./chat-stream.ts";
import { choiceLogprobs, chosenIn, listedTokens } from "./choice-tokens.ts";
import { RemoteError } from "./errors.ts";
import type { Exchange } from "./exchange.ts";
import { parseJson } from "./status-errors.ts";
import { type Usage, usageOf } from "./usage.ts";

/** What a model has chosen. */
export interface Choice {
  /** Natural logarithm of the probability of each choice; null: the server does not tell probabilities. */
  readonly logprobs: Readonly<Record<string, number>> | null;
  /** The likeliest choice, or the one that the model named; null: it named none of them. */
  readonly chosen: string | null;
  readonly usage: Usage;
}

/** A way to let a model choose, the best first. `logprobs`: how many tokens are to be listed. */
type Way = { readonly by: "logprobs"; readonly count: number } | { readonly by: "schema" | "text" };

const WAYS: readonly Way[] = [
  ...[20, 10, 5].map((count) => ({ by: "logprobs", count }) as const),
  { by: "schema" },
  { by: "text" },
];
const TEXT_TOKENS = 8;
const SCHEMA_TOKENS = 24;

type Send = (
  request: ChatRequest,
  how: Exchange<{ completion: Completion; usage: Usage }>,
) => Promise<{ completion: Completion; usage: Usage }>;

/**
 * Lets a model choose by its first token. A server that does not tell probabilities is held to a schema, and one that
 * knows no schema is believed by its words. Which of these a server can do is found out by trying, once.
 */
export class Chooser {
  private way = 0;

  /** @param send sends a request that is not streamed */
  constructor(private readonly send: Send) {}

  /** How many tokens the server lists with the first one; 0: it tells no probabilities; null: nothing was chosen yet. */
  listed: number | null = null;

  async choose(request: ChatRequest, choices: readonly string[]): Promise<Choice> {
    let spent: Usage | null = null;
    for (let at = this.way; ; at++) {
      const way = WAYS[at]!;
      const tried = await this.try(way, request, choices);
      spent = tried === null ? spent : sum(spent, tried.usage);
      if (!tried?.fits) continue;
      this.way = at;
      this.listed = way.by === "logprobs" ? tried.listed : 0;
      return { ...tried.choice, usage: spent! };
    }
  }

  /** Whether the server holds the model to a schema. */
  async knowsSchema(request: ChatRequest, choices: readonly string[]): Promise<boolean> {
    return (await this.try({ by: "schema" }, request, choices))?.fits ?? false;
  }

  /** null: the server refused this way. */
  private async try(way: Way, request: ChatRequest, choices: readonly string[]) {
    const { maxTokens, more } = shape(way, choices);
    try {
      const how: Exchange<{ completion: Completion; usage: Usage }> = { more, read: readCompletion };
      const { completion, usage } = await this.send({ ...request, maxTokens, temperature: 0 }, how);
      const choice = read(way, completion, choices);
      return { ...choice, listed: listedTokens(completion), usage };
    } catch (error) {
      const isRefused = error instanceof RemoteError && error.code === "remote_failed" && !error.passing;
      if (isRefused && way.by !== "text") return null;
      throw error;
    }
  }
}

const readCompletion: Exchange<{ completion: Completion; usage: Usage }>["read"] = async (
  endpoint,
  response,
  deadline,
) => {
  const body = await endpoint.json(response, deadline);
  const completion = completionSchema.safeParse(body);
  if (!completion.success) throw wrong(endpoint, body);
  const { length } = completion.data.choices[0]!.message.content ?? "";
  return { completion: completion.data, usage: usageOf(completion.data, Math.min(1, length)) };
};

function shape(way: Way, choices: readonly string[]): { maxTokens: number; more: Record<string, Json> } {
  if (way.by === "logprobs") return { maxTokens: 1, more: { logprobs: true, top_logprobs: way.count } };
  if (way.by === "text") return { maxTokens: TEXT_TOKENS, more: {} };
  const schema = {
    type: "object",
    properties: { choice: { type: "string", enum: choices } },
    required: ["choice"],
    additionalProperties: false,
  };
  const response_format = { type: "json_schema", json_schema: { name: "choice", strict: true, schema } };
  return { maxTokens: SCHEMA_TOKENS, more: { response_format } };
}

/** `fits`: the server has done what was asked in this way. */
function read(way: Way, completion: Completion, choices: readonly string[]) {
  const text = completion.choices[0]!.message.content ?? "";
  if (way.by === "logprobs") {
    const logprobs = choiceLogprobs(completion, choices);
    const likeliest = [...choices].sort((a, b) => (logprobs?.[b] ?? 0) - (logprobs?.[a] ?? 0))[0]!;
    const chosen = logprobs === null ? null : likeliest;
    return { fits: listedTokens(completion) > 0, choice: { logprobs, chosen } };
  }
  const body = way.by === "schema" ? parseJson(text) : undefined;
  const named = typeof body === "object" && body !== null && "choice" in body ? body.choice : undefined;
  const fits = way.by === "text" || typeof named === "string";
  return {
    fits,
    choice: { logprobs: null, chosen: chosenIn(typeof named === "string" ? named : text, choices) },
  };
}

function sum(a: Usage | null, b: Usage): Usage {
  if (a === null) return b;
  const cached = a.cached === null || b.cached === null ? null : a.cached + b.cached;
  return { prompt: a.prompt + b.prompt, cached, generated: a.generated + b.generated };
}
