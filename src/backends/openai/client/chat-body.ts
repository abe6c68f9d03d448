import type { PromptMessage, PromptPart } from "../../../prompting/mod.ts";

/** What is asked of a model. */
export interface ChatRequest {
  readonly messages: readonly PromptMessage[];
  /** Most tokens to generate. */
  readonly maxTokens: number;
  /** 0: greedy. */
  readonly temperature: number;
  /** null: the server's own. */
  readonly seed: number | null;
  /** Texts that end the answer; they are not part of it. */
  readonly stop?: readonly string[];
  /** Aborting it closes the connection, so that the server stops its work. */
  readonly signal: AbortSignal;
  /** A question: it may use the reserve of the budgets, and waits for them where other requests are refused. */
  readonly urgent: boolean;
}

/** A value of JSON. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };

/** The same pictures are sent with many requests. */
const dataUrls = new WeakMap<Uint8Array, string>();

/**
 * The body of a chat completion.
 *
 * @param model name of the model on that server
 * @param more further fields, and others in place of these
 */
export function chatBody(
  model: string,
  { messages, maxTokens, temperature, seed, stop }: ChatRequest,
  more: Readonly<Record<string, Json>>,
): Record<string, Json> {
  return {
    model,
    messages: messages.map(({ role, parts }) => ({ role, content: content(parts) })),
    max_tokens: maxTokens,
    temperature,
    ...(seed === null ? {} : { seed }),
    ...(stop === undefined || stop.length === 0 ? {} : { stop }),
    ...more,
  };
}

/** A text alone is sent as such: some servers know parts only for pictures. */
function content(parts: readonly PromptPart[]): Json {
  if (parts.every((part) => part.type === "text")) return parts.map((part) => part.text).join("");
  return parts.map((part) =>
    part.type === "text"
      ? { type: "text", text: part.text }
      : { type: "image_url", image_url: { url: dataUrl(part.jpeg) } },
  );
}

function dataUrl(jpeg: Uint8Array): string {
  let url = dataUrls.get(jpeg);
  if (url === undefined) {
    const { buffer, byteOffset, byteLength } = jpeg;
    url = `data:image/jpeg;base64,${Buffer.from(buffer, byteOffset, byteLength).toString("base64")}`;
    dataUrls.set(jpeg, url);
  }
  return url;
}
