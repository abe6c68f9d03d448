import { Attention, type AttentionOptions, type AttentionRow } from "../../src/attention/mod.ts";
import { KvMemory, type KvPrecision, type KvShape, KvStore } from "../../src/cache/mod.ts";
import { randomNumbers } from "../lib/statistics.ts";

/** Heads of a published model: SmolVLM2-256M, as SmolLM2-135M. */
export const SHAPE: KvShape = { layers: 30, heads: 3, headWidth: 64 };
export const HEADS = 9;

const SINK = 4;

/** Attention of {@link SHAPE} over caches full of noise, in this thread. */
export class AttentionScene {
  readonly memory = new KvMemory();
  private readonly shape: KvShape;
  private readonly stores: KvStore[] = [];

  constructor(precision: KvPrecision = "f32") {
    this.shape = { ...SHAPE, precision };
  }

  /** An attention over these caches. */
  open(options: Partial<AttentionOptions> = {}): Promise<Attention> {
    return Attention.load(this.memory, this.shape, { rope: { base: 100_000 }, heads: HEADS, ...options });
  }

  /** Tokens that are prefilled behind so many, with a sink that has moved. */
  prefill(cached: number, tokens: number): AttentionRow[] {
    const store = this.store(cached + tokens);
    return Array.from({ length: tokens }, (_, i) => {
      const position = cached + i;
      return {
        store,
        slot: cached + i,
        position,
        segments: [
          { store, ranges: [{ slot: 0, count: SINK }], position: position - 100 },
          { store, ranges: [{ slot: SINK, count: cached + i + 1 - SINK }], position },
        ],
      };
    });
  }

  /** A token of each of some thinkers, who share a video and have a text of their own. */
  thinkers(count: number, shared: number, own: number): AttentionRow[] {
    const video = this.store(shared);
    return Array.from({ length: count }, (_, i) => {
      const store = this.store(own + 1);
      return {
        store,
        slot: own,
        position: own,
        segments: [
          { store: video, ranges: [{ slot: 0, count: SINK }], position: 300 + i },
          { store: video, ranges: [{ slot: SINK, count: shared - SINK }], position: 400 + i },
          { store, ranges: [{ slot: 0, count: own + 1 }], position: own },
        ],
      };
    });
  }

  /** Gives the caches back. */
  release(): void {
    for (const store of this.stores.splice(0)) store.release();
  }

  private store(slots: number): KvStore {
    const store = new KvStore(this.memory, this.shape, slots);
    const random = randomNumbers(slots);
    const size = SHAPE.layers * SHAPE.heads * slots * SHAPE.headWidth;
    const noise = Float32Array.from({ length: size }, () => random() - 0.5);
    store.write(0, { tokens: slots, key: noise, value: noise });
    this.stores.push(store);
    return store;
  }
}

const steps = new Map<number, Float32Array>();

/** Queries, keys and values of a step: noise. */
function step(tokens: number): Float32Array {
  const held = steps.get(tokens);
  if (held !== undefined) return held;
  const random = randomNumbers(tokens);
  const length = tokens * (HEADS + 2 * SHAPE.heads) * SHAPE.headWidth;
  const made = Float32Array.from({ length }, () => random() - 0.5);
  steps.set(tokens, made);
  return made;
}

/** Attention of all layers of a step: what a step costs beside its dense graphs. */
export async function attend(attention: Attention, rows: readonly AttentionRow[]): Promise<void> {
  const qkv = step(rows.length);
  attention.begin(rows);
  for (let layer = 0; layer < SHAPE.layers; layer++) {
    attention.write(layer, qkv);
    await attention.read(layer);
  }
}

/** What a step's tokens read in one layer. */
export async function readOf(attention: Attention, rows: readonly AttentionRow[]): Promise<Float32Array> {
  attention.begin(rows);
  attention.write(0, step(rows.length));
  return (await attention.read(0)).slice();
}
