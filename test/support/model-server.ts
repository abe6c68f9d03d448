import sharp from "sharp";
import { type Answer, begin, delta, error, json, send } from "./chat-server.ts";

/** What a server of a model can do, for one that is played. */
export interface Played {
  /** Takes pictures; default: true. */
  readonly eyes?: boolean;
  /** Says how many tokens there were; default: true. */
  readonly counts?: boolean;
  /** Has a prefix cache of so many tokens at least; null: none. Default: 0. */
  readonly cacheFrom?: number | null;
  /** Time to prefill a token (ms); default: 0. */
  readonly msPerToken?: number;
  /** Tells probabilities; default: true. */
  readonly logprobs?: boolean;
  /** Knows schemas; default: true. */
  readonly schema?: boolean;
  /** Answers that come before it falls silent; default: any number. */
  readonly answers?: number;
}

/** Pixels of a token of a picture. */
const PIXELS = 32 * 32;

/** A model that counts words as tokens, and a square of 32 px as a token of a picture. */
export function plays(played: Played = {}): Answer {
  const known = new Set<string>();
  let left = played.answers ?? Number.POSITIVE_INFINITY;
  return async (response, got) => {
    if (left-- <= 0) return;
    const { messages, max_tokens, stream, logprobs, response_format } = got.body;
    const tokens: string[] = await tokensOf(messages);
    if (played.eyes === false && tokens.some((token) => token.startsWith("data:")))
      return error(500, "image input is not supported - hint: you may need to provide the mmproj")(
        response,
        got,
      );
    if (logprobs && played.logprobs === false) return error(400, "no logprobs")(response, got);
    if (response_format && played.schema === false) return error(400, "no schemas")(response, got);
    const cached = cachedIn(tokens, known, played);
    await new Promise((resolve) => setTimeout(resolve, (tokens.length - cached) * (played.msPerToken ?? 0)));
    const counted = {
      prompt_tokens: tokens.length,
      completion_tokens: max_tokens,
      prompt_tokens_details: { cached_tokens: cached },
    };
    const usage = played.counts === false ? null : counted;
    if (!stream) {
      const top_logprobs = [{ token: "yes", logprob: -0.1 }];
      const message = { content: response_format ? '{"choice": "yes"}' : "yes" };
      const listed = logprobs ? { content: [{ ...top_logprobs[0], top_logprobs }] } : null;
      return json({ choices: [{ message, finish_reason: "stop", logprobs: listed }], usage })(response, got);
    }
    begin(response);
    for (let i = 0; i < max_tokens; i++) send(response, delta(` w${i}`));
    send(response, { ...(delta("", "length") as object), usage });
    send(response, "[DONE]");
    response.end();
  };
}

/** Tokens of the prompt that it has seen before, in the same order from the start. */
function cachedIn(tokens: readonly string[], known: Set<string>, { cacheFrom = 0 }: Played): number {
  const beginnings = tokens.map((_, i) => tokens.slice(0, i + 1).join(" "));
  const cached = beginnings.filter((beginning) => known.has(beginning)).length;
  for (const beginning of beginnings) known.add(beginning);
  // The last one is always computed.
  return cacheFrom === null || tokens.length < cacheFrom ? 0 : Math.min(cached, tokens.length - 1);
}

// biome-ignore lint/suspicious/noExplicitAny: a body of JSON
async function tokensOf(messages: any): Promise<string[]> {
  const tokens: string[] = [];
  for (const { role, content } of messages) {
    tokens.push(`<${role}>`);
    for (const part of typeof content === "string" ? [{ type: "text", text: content }] : content) {
      if (part.type === "text") tokens.push(...part.text.split(" "));
      else tokens.push(...(await pictureTokens(part.image_url.url)));
    }
  }
  return tokens;
}

async function pictureTokens(url: string): Promise<string[]> {
  const { width, height } = await sharp(Buffer.from(url.split(",")[1]!, "base64")).metadata();
  const end = url.slice(-400, -200);
  return Array.from({ length: Math.ceil((width * height) / PIXELS) }, () => `data:${end}`);
}
