import { type KvMemory, type KvShape, type Rope, Rotary } from "../cache/mod.ts";
import { ModelError } from "../models/mod.ts";
import { compileKernel, type Kernel, type KernelBuild } from "./kernel.ts";
import { Products } from "./products.ts";
import { type Places, type RangeMatrices, StepTables, type TilePlaces } from "./tables.ts";
import { type AttentionRow, formTiles } from "./tiles.ts";

export type { AttentionRow, Segment } from "./tiles.ts";

/** Most vectors of a tile: so many scores of a long context still fit a near cache. */
const TILE_VECTORS = 96;

/** Multiplications of queries with keys from which on a product by the runtime is faster than the kernel (measured). */
const LARGE_PRODUCT = 600_000;

/** What a model's attention is, beside the shape of its keys and values. */
export interface AttentionOptions {
  readonly rope: Rope;
  /** Query heads, a multiple of the heads of keys and values; as many as those if it is not given. */
  readonly heads?: number;
  /** For tests: the build of the kernel; the best that runs here if it is not given. */
  readonly build?: KernelBuild;
  /** Threads for large products; 1 if it is not given. */
  readonly threads?: number;
  /** For tests and benchmarks: how large a product must be to be left to the inference runtime (multiplications). */
  readonly largeProduct?: number;
}

/**
 * Attention of the tokens of one step over the ring buffers in one thread's memory. The tokens may belong to any
 * thinkers or streams. Nothing is padded, gathered or copied: every token has its own list of slot ranges. Tokens that
 * look at the same slots are done together.
 *
 * Call {@link begin} once a step. Then, for each layer, call {@link write} and, if its output is needed, {@link read}.
 */
export class Attention {
  private readonly rotary: Rotary;
  /** Query heads of one head of keys and values. */
  private readonly group: number;
  private rows = 0;
  /** One piece of memory for all that a step needs; it grows to the largest step and stays until {@link trim}. */
  private workspace = { address: 0, bytes: 0 };
  private places: Places = { qkv: 0, out: 0, rows: 0, tiles: 0, plainTiles: 0, largeTiles: [] };
  private kernel!: Kernel;
  /** The memory that the kernel works on. */
  private bound: WebAssembly.Memory | null = null;

  private constructor(
    private readonly memory: KvMemory,
    private readonly shape: KvShape,
    heads: number,
    rope: Rope,
    private readonly compiled: WebAssembly.Module,
    private readonly products: Products,
    private readonly largeProduct: number,
  ) {
    this.rotary = new Rotary(shape.headWidth, rope);
    this.group = heads / shape.heads;
  }

  /**
   * @param shape of the keys and values
   * @throws {ModelError} `attention_unavailable`, when the kernel is not built, or cannot do heads like these
   */
  static async load(
    memory: KvMemory,
    shape: KvShape,
    { rope, heads = shape.heads, build, threads = 1, largeProduct = LARGE_PRODUCT }: AttentionOptions,
  ): Promise<Attention> {
    if (shape.headWidth % 8 !== 0) {
      const message = `A head width of ${shape.headWidth} is not supported. It must be a multiple of 8.`;
      throw new ModelError("attention_unavailable", message);
    }
    if (heads % shape.heads !== 0) {
      const message = `${heads} query heads cannot share ${shape.heads} heads of keys and values. They must be a multiple.`;
      throw new ModelError("attention_unavailable", message);
    }
    const [compiled, products] = await Promise.all([compileKernel(build), Products.open(threads)]);
    return new Attention(memory, shape, heads, rope, compiled, products, largeProduct);
  }

  /** Lays out a step's tables. */
  begin(rows: readonly AttentionRow[]): void {
    this.bind();
    const tiles = formTiles(rows, Math.max(1, Math.floor(TILE_VECTORS / this.group)));
    const heads = { shape: this.shape, group: this.group };
    const tables = new StepTables(rows, tiles, heads, this.rotary, this.largeProduct);
    this.reserve(tables.bytes);
    this.places = tables.write(this.memory, this.workspace.address);
    this.rows = rows.length;
  }

  /**
   * Takes every token's queries, then keys, then values `[rows, (heads + 2 · kvHeads) · headWidth]`, and writes key
   * and value to its slot. Queries are not rotated yet; they are multiplied by 1 / sqrt(headWidth) already.
   */
  write(layer: number, qkv: Float32Array): void {
    const { heads, headWidth } = this.shape;
    this.memory.floats.set(qkv, this.places.qkv / 4);
    this.kernel.write(this.places.rows, this.rows, layer, heads, this.group, 4 * headWidth);
  }

  /**
   * The attention output of every token, `[rows, heads, headWidth]`: a view that is valid until the next call. Nothing
   * may be allocated in the memory before it is there.
   */
  async read(layer: number): Promise<Float32Array> {
    const { heads, headWidth } = this.shape;
    const { tiles, plainTiles, largeTiles, out } = this.places;
    if (plainTiles > 0) this.kernel.read(tiles, plainTiles, layer, heads, this.group, 4 * headWidth);
    for (let head = 0; head < heads && largeTiles.length > 0; head++)
      for (const tile of largeTiles) await this.readLarge(tile, layer, head);
    return this.memory.floats.subarray(out / 4, out / 4 + this.rows * this.group * heads * headWidth);
  }

  /** One head of keys and values of a tile: the kernel rotates and softens, and the runtime multiplies. */
  private async readLarge(tile: TilePlaces, layer: number, head: number): Promise<void> {
    const { kernel, products } = this;
    const { vectors, vectorCount, ranges } = tile;
    const width = 4 * this.shape.headWidth;
    const at = head * this.group * width;
    for (const { address, matrices } of ranges) {
      kernel.turn(address, at, width);
      if (matrices === null) kernel.score(address, layer, head, width);
      else {
        const { queries, held, scores } = this.matrices(matrices, layer, head, "keys");
        await products.byTransposed(queries, held, scores);
      }
    }
    kernel.soften(vectors, vectorCount, at, width);
    for (const { address, matrices } of ranges)
      if (matrices === null) kernel.gather(address, layer, head, at, width);
      else {
        const { queries, held, scores } = this.matrices(matrices, layer, head, "values");
        kernel.blank(address);
        await products.by(scores, held, queries);
        kernel.add(address, at, width);
      }
    kernel.normalise(vectors, vectorCount, at, width);
  }

  private matrices(range: RangeMatrices, layer: number, head: number, of: "keys" | "values") {
    const { store, slot, queries, scores, vectors, slots, room } = range;
    const { headWidth } = this.shape;
    const { floats } = this.memory;
    const place = layer * store.layerStride + head * store.headStride;
    let held = place + (of === "keys" ? store.keyAddress(slot) : store.valueAddress(slot));
    if (store.isNarrow) {
      this.kernel.widen(held, slots, store.slotBytes, room, 4 * headWidth);
      held = room;
    }
    const matrix = (address: number, rows: number, columns: number) => {
      const from = address / 4;
      return { data: floats.subarray(from, from + rows * columns), rows, columns };
    };
    return {
      queries: matrix(queries, vectors, headWidth),
      scores: matrix(scores, vectors, slots),
      held: matrix(held, slots, headWidth),
    };
  }

  /**
   * Gives the workspace back, and lets a memory that has become large be replaced if nothing else is in it. Must be
   * called between two steps.
   * @returns whether the memory was replaced; the old one is then garbage
   */
  trim(): boolean {
    this.releaseWorkspace();
    const replaced = this.memory.renew();
    // Otherwise the kernel would hold the old memory until the next step.
    if (replaced) this.bind();
    return replaced;
  }

  /** Binds the kernel to the memory as it is now; it may have been replaced since the last step. */
  private bind(): void {
    const { wasm } = this.memory;
    if (this.bound === wasm) return;
    const { exports } = new WebAssembly.Instance(this.compiled, { env: { memory: wasm } });
    this.kernel = exports as unknown as Kernel;
    this.bound = wasm;
  }

  private releaseWorkspace(): void {
    const { address, bytes } = this.workspace;
    if (bytes > 0) this.memory.release(address, bytes);
    this.workspace = { address: 0, bytes: 0 };
  }

  private reserve(bytes: number): void {
    if (bytes <= this.workspace.bytes) return;
    const room = Math.max(2 * this.workspace.bytes, bytes);
    this.releaseWorkspace();
    this.workspace = { address: this.memory.allocate(room), bytes: room };
  }
}
