import { Attention, type AttentionRow, Stack } from "../../src/attention/mod.ts";
import {
  KvMemory,
  type KvShape,
  type PositionScheme,
  positionScheme,
  TextCache,
  type UnitPlace,
  VisualCache,
} from "../../src/cache/mod.ts";
import { type Bundle, kvShape, loadBundle, stackShape, unitMs } from "../../src/models/mod.ts";
import { schemeReader, ThinkerContext } from "../../src/reasoner/mod.ts";
import { median } from "../lib/statistics.ts";

/** A filled C_v of its own, or shared by some thinkers. */
export interface Video {
  readonly cache: VisualCache;
  readonly scheme: PositionScheme;
  /** The newest unit in it. */
  readonly newest: UnitPlace;
}

/** Caches of a model's shape in this thread, filled to any length with noise: what they hold does not change the time. */
export class ModelBench {
  readonly memory = new KvMemory();
  readonly shape: KvShape;

  constructor(readonly bundle: Bundle) {
    this.shape = kvShape(bundle.manifest);
  }

  static async load(model: string): Promise<ModelBench> {
    return new ModelBench(await loadBundle(model));
  }

  get tokensPerUnit(): number {
    return this.bundle.manifest.vision.tokens_per_unit;
  }

  get width(): number {
    return this.shape.heads * this.shape.headWidth;
  }

  /** Bytes of the keys and values of one token. */
  get bytesPerToken(): number {
    return 2 * 4 * this.shape.layers * this.width;
  }

  openStack(name: "visual" | "text", threads: number): Promise<Stack> {
    const { paths, manifest } = this.bundle;
    const [input, output] = name === "text" ? ["tokens", "logits"] : ["x", null];
    return Stack.open(paths[name], stackShape(manifest), {
      threads,
      memory: this.memory,
      input: input!,
      output,
    });
  }

  loadAttention(): Promise<Attention> {
    const { rope_base } = this.bundle.manifest.transformer;
    return Attention.load(this.memory, this.shape, { rope: { base: rope_base } });
  }

  /** A C_v that holds `units` units beside its sink. */
  video(units: number): Video {
    const cache = new VisualCache({
      memory: this.memory,
      shape: this.shape,
      tokensPerUnit: this.tokensPerUnit,
      sinkUnits: this.bundle.manifest.cache.visual_sink_units,
      windowUnits: Math.max(1, units),
    });
    const sinks = this.bundle.manifest.cache.visual_sink_units;
    for (let unit = 0; unit < sinks + units; unit++)
      cache.append({
        unit,
        mediaTimeMs: unit * unitMs(this.bundle.manifest),
        kv: this.noise(this.tokensPerUnit),
      });
    const { positions } = this.bundle.manifest.cache;
    return {
      cache,
      scheme: positionScheme(positions, unitMs(this.bundle.manifest)),
      newest: cache.place(cache.newest)!,
    };
  }

  /** A C_r with a sink of one token and `tokens` more, and room for `room` new ones. */
  text(tokens: number, room = 64): TextCache {
    const cache = new TextCache({
      memory: this.memory,
      shape: this.shape,
      sinkTokens: 1,
      windowTokens: Math.max(1, tokens),
      groupTokens: Math.max(1, tokens) + room,
    });
    cache.store.write(0, this.noise(1));
    cache.commit(1);
    cache.beginGroup();
    for (let i = 0; i < tokens; i++) {
      cache.store.write(cache.slot(), this.noise(1));
      cache.commit(1);
    }
    return cache;
  }

  /** Rows of the next `count` tokens of a thinker that looks from the newest unit. */
  rows(video: Video, text: TextCache, count = 1): AttentionRow[] {
    return new ThinkerContext(schemeReader(video.cache, video.scheme), text).rows(video.newest, count);
  }

  private noise(tokens: number) {
    const size = this.shape.layers * this.shape.heads * tokens * this.shape.headWidth;
    const make = () => Float32Array.from({ length: size }, () => Math.random() - 0.5);
    return { tokens, key: make(), value: make() };
  }
}

/**
 * How long some things take, each run in turn, round after round, so that what the machine does meanwhile meets all of
 * them.
 *
 * @param block how often a thing is run in a row in each round, of which its median is kept: a thing that is done again
 *   and again in real life finds its data in the caches, and is not to find another's
 * @returns for each, the time of every round (ms), a few first rounds left out
 */
export async function timeInTurn(
  things: readonly (() => unknown)[],
  rounds: number,
  signal: AbortSignal,
  block = 1,
): Promise<number[][]> {
  const warmUp = Math.ceil(rounds / 10);
  const times: number[][] = things.map(() => []);
  for (let round = 0; round < warmUp + rounds; round++) {
    for (const [i, thing] of things.entries()) {
      signal.throwIfAborted();
      const row: number[] = [];
      for (let run = 0; run < block; run++) {
        const startedAtMs = performance.now();
        await thing();
        row.push(performance.now() - startedAtMs);
      }
      if (round >= warmUp) times[i]!.push(median(row));
    }
  }
  return times;
}
