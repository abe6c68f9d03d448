import { createHash } from "node:crypto";
import { type Answer, begin, json, send } from "./chat-server.ts";

/** A part of a prompt, as OpenAI's API has it. */
interface WirePart {
  readonly type: "text" | "image_url";
  readonly text?: string;
  readonly image_url?: { readonly url: string };
}

/** The prompt of a request in one line: its texts, and a short name for each picture. */
export function promptOf(body: {
  readonly messages: readonly { readonly role: string; readonly content: string | readonly WirePart[] }[];
}): string {
  const part = (each: WirePart) => (each.type === "text" ? each.text : `<${hash(each.image_url!.url)}>`);
  return body.messages
    .map(
      ({ role, content }) => `${role}: ${typeof content === "string" ? content : content.map(part).join("")}`,
    )
    .join("\n");
}

/** Whether a request asks for a decision by the first token. */
export const isDecision = (body: { readonly logprobs?: boolean }): boolean => body.logprobs === true;

/** The pictures of a prompt. */
export const picturesOf = (prompt: string): string[] => prompt.match(/<[0-9a-f]{8}>/g) ?? [];

const WORDS = "one two three four five six seven eight nine ten eleven twelve red green blue grey".split(" ");

/**
 * A FAKE model that is a function of its prompt: it speaks of every other prompt, and what it says is made of the
 * prompt's hash. It counts a token a word, 10 a picture, and no prefix cache.
 *
 * @param speaks whether it wants to speak, by prompt; default: by the hash
 */
export function deterministicChat(
  speaks: (prompt: string) => boolean = (prompt) => Number.parseInt(hash(prompt), 16) % 2 === 0,
): Answer {
  return (response, got) => {
    const prompt = promptOf(got.body);
    const usage = {
      prompt_tokens: prompt.split(/\s+/).length + 10 * picturesOf(prompt).length,
      completion_tokens: 1,
      prompt_tokens_details: { cached_tokens: 0 },
    };
    if (isDecision(got.body)) {
      const [speak, silent] = speaks(prompt) ? [-0.1, -2.4] : [-2.4, -0.1];
      const top_logprobs = [
        { token: "speak", logprob: speak },
        { token: "silent", logprob: silent },
      ];
      const logprobs = { content: [{ ...top_logprobs[speaks(prompt) ? 0 : 1], top_logprobs }] };
      const message = { role: "assistant", content: speaks(prompt) ? "speak" : "silent" };
      return json({ choices: [{ message, finish_reason: "length", logprobs }], usage })(response, got);
    }
    const digest = createHash("sha256").update(prompt).digest();
    const all = Array.from({ length: 6 }, (_, i) => WORDS[digest[i]! % WORDS.length]!);
    const words = all.slice(0, got.body.max_tokens);
    begin(response);
    for (const [i, word] of words.entries())
      send(response, { choices: [{ delta: { content: i === 0 ? word : ` ${word}` }, finish_reason: null }] });
    const finish_reason = words.length < all.length ? "length" : "stop";
    send(response, { choices: [{ delta: {}, finish_reason }] });
    send(response, { choices: [], usage: { ...usage, completion_tokens: words.length } });
    send(response, "[DONE]");
    response.end();
  };
}

function hash(text: string): string {
  return createHash("sha256").update(text).digest("hex").slice(0, 8);
}
