import { join } from "node:path";
import { isCheckpoint, loadModel } from "../../../src/models/mod.ts";
import { median } from "../../lib/statistics.ts";
import { type Answerer, type Asked, evenlySpaced, framesThatFit, QUESTIONS } from "./asked.ts";
import { Llama } from "./llama.ts";
import { TransformersJs } from "./transformers-js.ts";
import { WatchingEngine } from "./watching-engine.ts";

export interface CompareOptions {
  /** Folder of the checkpoint, in the layout of the Hugging Face hub. */
  readonly checkpoint: string;
  /** Folder of its bundle with weights of 8 bits. */
  readonly bundle: string;
  /** An empty folder, for the checkpoint as the others take it. */
  readonly scratch: string;
  /** Lengths of the video at which is asked (s), ascending. */
  readonly seconds: readonly number[];
  /** Side of the pictures (px); undefined: the largest with which the engine keeps up. */
  readonly side: number | undefined;
  /** How often is asked at each length. */
  readonly runs: number;
  /** Cores: each of the engine's two workers takes half, and the others take all. */
  readonly threads: number;
  /** Who is asked besides thinkalong. */
  readonly others: ReadonlySet<Other>;
  readonly signal: AbortSignal;
  readonly onProgress: (what: string) => void;
}

export const OTHERS = ["transformers.js", "llama.cpp"] as const;
export type Other = (typeof OTHERS)[number];

export const WAYS = ["thinkalong", "transformers.js", "llama.cpp, fresh", "llama.cpp, cached"] as const;
export type Way = (typeof WAYS)[number];

/** What one way took at one length of video: medians. */
export interface Compared extends Asked {
  readonly way: Way;
  /** Length of the video (s). */
  readonly seconds: number;
  /** Frames that the answer could look at. */
  readonly frames: number;
  readonly runs: number;
}

export interface Comparison {
  /** Side of the pictures (px). */
  readonly side: number;
  /** Context of the checkpoint (tokens). */
  readonly context: number;
  readonly compared: readonly Compared[];
}

/** Asks the same weights about the same video in several ways, one after the other, each with the machine to itself. */
export async function compareCheckpoint(options: CompareOptions): Promise<Comparison> {
  const { checkpoint, seconds, threads, signal } = options;
  const model = await loadModel(options.bundle);
  if (!isCheckpoint(model) || model.manifest.vision === null)
    throw new Error("This bundle is no published checkpoint that sees.");
  const { context } = model.manifest.transformer;
  const compared: Compared[] = [];
  const note = (way: Way, length: number, frames: number, asked: readonly Asked[]) => {
    const each = summary(way, length, frames, asked);
    compared.push(each);
    options.onProgress(`${way}, ${length} s: first token after ${inSeconds(each.firstMs)} s`);
  };
  const side = await watched(options);
  if (options.others.has("transformers.js")) await askTransformersJs();
  if (options.others.has("llama.cpp")) await askLlama();
  return { side, context, compared: WAYS.flatMap((way) => compared.filter((each) => each.way === way)) };

  async function askTransformersJs(): Promise<void> {
    options.onProgress("transformers.js");
    const target = join(options.scratch, "transformers-js");
    const library = await TransformersJs.start({ source: checkpoint, target, side, threads });
    try {
      const most = await framesFitting(library, context);
      for (const length of seconds) {
        const frames = evenlySpaced(length, most);
        const asked = await asksOf(options, (question) => library.ask(frames, question));
        note("transformers.js", length, frames.length, asked);
      }
    } finally {
      await library.close();
    }
  }

  async function askLlama(): Promise<void> {
    options.onProgress("llama.cpp");
    const llama = await Llama.start({
      ...{ source: checkpoint, target: join(options.scratch, "llama"), side },
      ...{ context, threads },
    });
    try {
      const most = await framesFitting(llama, context);
      for (const length of seconds) {
        signal.throwIfAborted();
        const frames = evenlySpaced(length, most);
        const fresh = await asksOf(options, (question) => llama.ask(frames, question));
        const cached = await asksOf(options, (question) => llama.ask(frames, question, { cached: true }));
        note("llama.cpp, fresh", length, frames.length, fresh);
        note("llama.cpp, cached", length, frames.length, cached);
      }
    } finally {
      await llama.close();
    }
  }

  async function watched({ bundle, threads, signal }: CompareOptions): Promise<number> {
    const engine = await WatchingEngine.start({
      ...{ bundle, side: options.side, signal },
      threads: Math.max(1, Math.floor(threads / 2)),
    });
    try {
      for (const length of seconds) {
        let watchedFor = length;
        const asked = await asksOf(options, async (question) => {
          await engine.watch(watchedFor);
          // The next time it has seen a little more.
          watchedFor += 2;
          return await engine.ask(question);
        });
        note("thinkalong", length, Math.min(length, engine.held), asked);
      }
      return engine.side;
    } finally {
      await engine.close();
    }
  }
}

/** How many frames fit in a context, by what one more adds to a prompt. Loads what is loaded when first used, too. */
async function framesFitting(answerer: Answerer, context: number): Promise<number> {
  const one = (await answerer.ask([0], QUESTIONS[0])).promptTokens!;
  const two = (await answerer.ask([0, 1], QUESTIONS[0])).promptTokens!;
  return framesThatFit(context, one, two);
}

async function asksOf(
  { runs, signal }: CompareOptions,
  ask: (question: string) => Promise<Asked>,
): Promise<readonly Asked[]> {
  const asked: Asked[] = [];
  for (let run = 0; run < runs; run++) {
    signal.throwIfAborted();
    asked.push(await ask(QUESTIONS[run % QUESTIONS.length]!));
  }
  return asked;
}

function summary(way: Way, seconds: number, frames: number, asked: readonly Asked[]): Compared {
  const of = (value: (each: Asked) => number) => median(asked.map(value));
  return {
    ...{ way, seconds, frames, runs: asked.length },
    firstMs: of(({ firstMs }) => firstMs),
    doneMs: of(({ doneMs }) => doneMs),
    tokens: of(({ tokens }) => tokens),
    promptTokens: asked[0]?.promptTokens ?? null,
  };
}

const inSeconds = (ms: number): string => (ms / 1000).toFixed(ms < 10_000 ? 2 : 1);

/** The comparison as a table in markdown. */
export function comparisonTable({ compared }: Comparison): string {
  const ours = new Map(
    compared.filter(({ way }) => way === "thinkalong").map((each) => [each.seconds, each]),
  );
  const rows = compared.map((each) => {
    const ratio = each.firstMs / (ours.get(each.seconds)?.firstMs ?? Number.NaN);
    const cells = [
      each.way,
      `${each.seconds} s`,
      each.frames,
      each.promptTokens ?? "–",
      inSeconds(each.firstMs),
    ];
    return [...cells, inSeconds(each.doneMs), each.tokens, ratio.toFixed(1)];
  });
  const head = ["", "video", "frames seen", "prompt tokens", "first token (s)", "answer (s)", "its tokens"];
  const all = [[...head, "first token, × thinkalong"], ["---", ...Array(7).fill("---:")], ...rows];
  return all.map((row) => `| ${row.join(" | ")} |`).join("\n");
}
