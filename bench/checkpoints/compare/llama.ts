import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { EventSourceParserStream } from "eventsource-parser/stream";
import sharp from "sharp";
import { installLlama } from "../../../test/support/llama/installation.ts";
import { movingPictures } from "../moving-pictures.ts";
import { ANSWER_TOKENS, type Answerer, type Asked, introOf, timeOf } from "./asked.ts";
import { LineProcess } from "./line-process.ts";

export interface LlamaOptions {
  /** Folder of the checkpoint. */
  readonly source: string;
  /** Folder that its GGUF files are written to. */
  readonly target: string;
  /** Side of the pictures (px). */
  readonly side: number;
  /** Tokens. */
  readonly context: number;
  readonly threads: number;
}

interface Chunk {
  readonly choices?: readonly { readonly delta: { readonly content?: string | null } }[];
  readonly usage?: { readonly prompt_tokens: number; readonly completion_tokens: number };
}

/** llama.cpp's HTTP server with a SmolVLM checkpoint. */
export class Llama implements Answerer {
  private constructor(
    private readonly server: LineProcess,
    private readonly url: string,
    private readonly pictures: readonly string[],
  ) {}

  /** Writes the checkpoint as llama.cpp takes it, and starts the server. */
  static async start({ source, target, side, context, threads }: LlamaOptions): Promise<Llama> {
    const { python } = installLlama();
    const script = join(import.meta.dirname, "../write_gguf.py");
    await promisify(execFile)(python, [script, source, target, String(side)]);
    const serve = join(import.meta.dirname, "serve_llama.py");
    const server = new LineProcess(python, [serve, target, String(context), String(threads)]);
    try {
      const url = await server.hear("listening");
      const jpegs = movingPictures(side, side).map(async ({ width, height, data }) => {
        const jpeg = await sharp(data, { raw: { width, height, channels: 3 } })
          .jpeg()
          .toBuffer();
        return `data:image/jpeg;base64,${jpeg.toString("base64")}`;
      });
      return new Llama(server, url, await Promise.all(jpegs));
    } catch (error) {
      await server.kill();
      throw error;
    }
  }

  /** @param options `cached`: what it computed for the question before is used again as far as the prompts agree */
  async ask(
    seconds: readonly number[],
    question: string,
    options: { readonly cached: boolean } = { cached: false },
  ): Promise<Asked> {
    const frames = seconds.flatMap((second) => [
      { type: "text", text: timeOf(second) },
      { type: "image_url", image_url: { url: this.pictures[second % this.pictures.length] } },
    ]);
    const intro = { type: "text", text: introOf(seconds.length, seconds.at(-1)! + 1) };
    const content = [intro, ...frames, { type: "text", text: `\n\n${question}` }];
    const body = JSON.stringify({
      messages: [{ role: "user", content }],
      ...{ max_tokens: ANSWER_TOKENS, temperature: 0, ignore_eos: true, cache_prompt: options.cached },
      ...{ stream: true, stream_options: { include_usage: true } },
    });
    const askedAt = performance.now();
    const headers = { "content-type": "application/json" };
    const response = await fetch(`${this.url}/v1/chat/completions`, { method: "POST", headers, body });
    if (!response.ok) throw new Error(`llama.cpp answered ${response.status}: ${await response.text()}`);
    const events = response
      .body!.pipeThrough(new TextDecoderStream())
      .pipeThrough(new EventSourceParserStream());
    let [firstMs, doneMs] = [Number.NaN, Number.NaN];
    let usage: Chunk["usage"];
    for await (const { data } of events) {
      if (data === "[DONE]") break;
      const chunk = JSON.parse(data) as Chunk;
      usage = chunk.usage ?? usage;
      if (chunk.choices?.[0]?.delta.content == null) continue;
      doneMs = performance.now() - askedAt;
      if (Number.isNaN(firstMs)) firstMs = doneMs;
    }
    const { prompt_tokens: promptTokens = null, completion_tokens: tokens = 0 } = usage ?? {};
    return { firstMs, doneMs, tokens, promptTokens };
  }

  close(): Promise<void> {
    return this.server.kill();
  }
}
