import sharp from "sharp";
import type { PromptMessage, PromptPart } from "../../prompting/mod.ts";
import type { ChatResult, RemoteModel } from "./client/mod.ts";
import type { Measured, PictureCost, Wishes } from "./plan.ts";

const SIDES = [256, 512, 768];
/** Tokens generated to time them. */
const TIMED_TOKENS = 16;

/** Measures what a model's server can do, with a few requests. */
export async function measure(model: RemoteModel, { side }: Wishes): Promise<Measured> {
  const ask = async (visual: readonly PromptPart[], maxTokens: number) => {
    const messages: PromptMessage[] = [
      { role: "system", parts: [{ type: "text", text: "You are being measured." }] },
      { role: "user", parts: [...visual, { type: "text", text: "Count from one to one hundred in words." }] },
    ];
    const startedAtMs = performance.now();
    let firstAtMs: number | null = null;
    const request = { messages, maxTokens, temperature: 0, seed: 0, urgent: true };
    const { signal } = new AbortController();
    const result: ChatResult = await model.chat({ ...request, signal }, () => {
      firstAtMs ??= performance.now();
    });
    const doneMs = performance.now() - startedAtMs;
    return { ...result, firstMs: firstAtMs === null ? doneMs : firstAtMs - startedAtMs, doneMs };
  };
  const pictures: PictureCost[] = [];
  await ask([], 1);
  const text = await ask([], 1);
  for (const each of side === undefined ? SIDES : [side]) {
    const { usage, firstMs } = await ask([await picture(each, each)], 1);
    const tokens = Math.max(1, usage.prompt - text.usage.prompt);
    pictures.push({ side: each, tokens, ms: Math.max(1, firstMs - text.firstMs) });
  }
  const shown = await picture(pictures[0]!.side, 1);
  await ask([shown], 1);
  const again = await ask([shown, await picture(pictures[0]!.side, 2)], TIMED_TOKENS);
  const cached = again.usage.cached;
  return {
    pictures,
    firstTokenMs: text.firstMs,
    tokenMs: (again.doneMs - again.firstMs) / Math.max(1, again.usage.generated - 1),
    hasPrefixCache: cached === null || cached >= pictures[0]!.tokens,
    contextTokens: model.info.contextTokens,
  };
}

/** A picture that is new to any cache. */
async function picture(side: number, seed: number): Promise<PromptPart> {
  const noise = { type: "gaussian", mean: 90 + seed, sigma: 30 } as const;
  const create = { width: side, height: Math.round(side * 0.75), channels: 3, noise } as const;
  return {
    type: "picture",
    jpeg: await sharp({ create: { ...create, background: "grey" } })
      .jpeg()
      .toBuffer(),
  };
}
