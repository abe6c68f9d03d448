/**
 * Answers questions with transformers.js, one line of JSON each:
 *
 *     node --import tsx transformers-js-process.ts INSTALLATION MODEL SIDE THREADS
 */
import { createRequire } from "node:module";
import { basename, dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { pathToFileURL } from "node:url";
import { movingPictures } from "../moving-pictures.ts";
import { TRANSFORMERS_JS_DTYPE } from "../onnx-export.ts";
import { ANSWER_TOKENS, type Asked, introOf, timeOf } from "./asked.ts";

/** What is used of transformers.js. */
interface Library {
  readonly env: { allowRemoteModels: boolean; localModelPath: string };
  readonly RawImage: new (data: Uint8Array, width: number, height: number, channels: 3) => object;
  readonly BaseStreamer: new () => object;
  readonly AutoProcessor: { from_pretrained(name: string): Promise<Processor> };
  readonly AutoModelForImageTextToText: {
    from_pretrained(name: string, options: object): Promise<{ generate(options: object): Promise<object> }>;
  };
}

interface Processor {
  (
    text: string,
    images: readonly object[],
    options: object,
  ): Promise<{ input_ids: { dims: [number, number] } }>;
  apply_chat_template(messages: readonly object[], options: object): string;
}

const [installation, folder, side, threads] = process.argv.slice(2) as [string, string, string, string];
const entry = createRequire(join(installation, "package.json")).resolve("@huggingface/transformers");
const { env, RawImage, BaseStreamer, AutoProcessor, AutoModelForImageTextToText } = (await import(
  pathToFileURL(entry).href
)) as Library;
env.allowRemoteModels = false;
env.localModelPath = dirname(folder);
const name = basename(folder);
const processor = await AutoProcessor.from_pretrained(name);
const { dtype } = TRANSFORMERS_JS_DTYPE.q8;
const model = await AutoModelForImageTextToText.from_pretrained(name, {
  dtype: { vision_encoder: dtype, embed_tokens: dtype, decoder_model_merged: dtype },
  session_options: { intraOpNumThreads: Number(threads) },
});
const pictures = movingPictures(Number(side), Number(side)).map(
  ({ data, width, height }) => new RawImage(data, width, height, 3),
);

/** Notes when each token was decided. What comes first is the prompt. */
class Clock extends BaseStreamer {
  readonly times: number[] = [];

  put(): void {
    this.times.push(performance.now());
  }

  end(): void {}
}

async function ask(seconds: readonly number[], question: string): Promise<Asked> {
  const frames = seconds.flatMap((second) => [{ type: "text", text: timeOf(second) }, { type: "image" }]);
  const intro = { type: "text", text: introOf(seconds.length, seconds.at(-1)! + 1) };
  const content = [intro, ...frames, { type: "text", text: `\n\n${question}` }];
  const askedAt = performance.now();
  const prompt = processor.apply_chat_template([{ role: "user", content }], { add_generation_prompt: true });
  const images = seconds.map((second) => pictures[second % pictures.length]!);
  const inputs = await processor(prompt, images, { do_image_splitting: false });
  const streamer = new Clock();
  await model.generate({
    ...inputs,
    ...{ max_new_tokens: ANSWER_TOKENS, min_new_tokens: ANSWER_TOKENS, do_sample: false, streamer },
  });
  const [, ...decided] = streamer.times;
  return {
    firstMs: decided[0]! - askedAt,
    doneMs: decided.at(-1)! - askedAt,
    tokens: decided.length,
    promptTokens: inputs.input_ids.dims[1],
  };
}

console.log("loaded ");
for await (const line of createInterface({ input: process.stdin })) {
  const { seconds, question } = JSON.parse(line) as { seconds: number[]; question: string };
  console.log(`answered ${JSON.stringify(await ask(seconds, question))}`);
}
