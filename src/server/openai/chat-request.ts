import { z } from "zod";
import { HttpProblem } from "../http/http-problem.ts";
import type { AnswerWishes } from "./asking.ts";
import type { Part, Turn } from "./turns.ts";

const url = z.object({ url: z.string() });

const part = z.discriminatedUnion(
  "type",
  [
    z.object({ type: z.literal("text"), text: z.string() }),
    z.object({ type: z.literal("image_url"), image_url: url }),
    z.object({ type: z.literal("video_url"), video_url: url }),
    // What a model once refused to say, in the history of a conversation.
    z.object({ type: z.literal("refusal"), refusal: z.string() }),
  ],
  { error: "It must be text, image_url or video_url." },
);

/** A text stands for one part. */
const content = z.preprocess(
  (value) => (typeof value === "string" ? [{ type: "text", text: value }] : (value ?? [])),
  z.array(part),
);

const message = z.object({
  role: z.enum(["system", "developer", "user", "assistant"]),
  content,
});

/** The body of a chat completion. Fields that are not named here have no effect, or are refused. */
export const chatRequest = z.looseObject({
  model: z.string(),
  messages: z.array(message).min(1),
  stream: z.boolean().nullish(),
  stream_options: z.object({ include_usage: z.boolean().nullish() }).nullish(),
  temperature: z.number().min(0).max(2).nullish(),
  seed: z.number().nullish(),
  max_tokens: z.int().min(1).nullish(),
  max_completion_tokens: z.int().min(1).nullish(),
});

export type ChatRequest = z.infer<typeof chatRequest>;

const isEmpty = (value: unknown) => typeof value === "object" && Object.keys(value as object).length === 0;
const isText = (value: unknown) => (value as { type?: unknown }).type === "text";
const isOneOf =
  (...values: unknown[]) =>
  (value: unknown) =>
    values.includes(value);

/** Fields that ask for what is not there, and which of their values ask for nothing. */
const REFUSED: Readonly<
  Record<string, { readonly what: string; readonly isHarmless: (value: unknown) => boolean }>
> = {
  tools: { what: "call tools", isHarmless: isEmpty },
  functions: { what: "call functions", isHarmless: isEmpty },
  tool_choice: { what: "call tools", isHarmless: isOneOf("none", "auto") },
  function_call: { what: "call functions", isHarmless: isOneOf("none", "auto") },
  n: { what: "give more than one answer", isHarmless: isOneOf(1) },
  audio: { what: "speak", isHarmless: () => false },
  modalities: {
    what: "give anything but text",
    isHarmless: (value) => Array.isArray(value) && value.every(isOneOf("text")),
  },
  logprobs: { what: "tell the probabilities of its words", isHarmless: isOneOf(false) },
  top_logprobs: { what: "tell the probabilities of its words", isHarmless: isOneOf(0) },
  logit_bias: { what: "weigh single words", isHarmless: isEmpty },
  response_format: { what: "keep to a format", isHarmless: isText },
  stop: { what: "stop at certain words", isHarmless: (value) => value === "" || isEmpty(value) },
  prediction: { what: "use a prediction", isHarmless: () => false },
  web_search_options: { what: "search the web", isHarmless: () => false },
};

/**
 * Refuses what a completion would have to be made in another way for. Other fields that are not known have no effect.
 *
 * @throws {HttpProblem} 400 `unsupported_parameter`, with the field
 */
export function requireSupported(body: ChatRequest): void {
  for (const [param, { what, isHarmless }] of Object.entries(REFUSED)) {
    const value = body[param];
    if (value === undefined || value === null || isHarmless(value)) continue;
    const message = `This server cannot ${what}. Leave ${param} out.`;
    throw new HttpProblem(400, "unsupported_parameter", message, param);
  }
}

/** The conversation of a request. */
export function turnsOf({ messages }: ChatRequest): Turn[] {
  return messages.map(({ role, content }, i) => ({
    role: role === "developer" ? "system" : role,
    parts: content
      .map((each, j) => partOf(each, `messages.${i}.content.${j}`))
      .filter((each) => each !== null),
  }));
}

/** @returns null for what a model has refused to say */
function partOf(given: z.infer<typeof part>, at: string): Part | null {
  switch (given.type) {
    case "text":
      return { kind: "text", text: given.text };
    case "image_url":
      return { kind: "image", url: given.image_url.url, param: `${at}.image_url.url` };
    case "video_url":
      return { kind: "video", url: given.video_url.url, param: `${at}.video_url.url` };
    case "refusal":
      return null;
  }
}

/** How the answer is to be made. */
export function wishesOf(body: ChatRequest): AnswerWishes {
  const { temperature, seed } = body;
  return {
    temperature: temperature ?? undefined,
    // Seeds of OpenAI's API have 64 bits and may be negative; those of the engine have 32.
    seed: seed === null || seed === undefined ? undefined : Math.trunc(seed) >>> 0,
    answerTokens: body.max_completion_tokens ?? body.max_tokens ?? undefined,
  };
}
