import { type KvMemory, type KvShape, type Rope, Rotary } from "../cache/mod.ts";
import { ModelError } from "../models/mod.ts";
import { compileKernel, type Kernel, type KernelBuild } from "./kernel.ts";
import { type Places, StepTables } from "./tables.ts";
import { type AttentionRow, formTiles } from "./tiles.ts";

export type { AttentionRow, Segment } from "./tiles.ts";

/** Most vectors of a tile: so many scores of a long context still fit a near cache. */
const TILE_VECTORS = 24;

/** What a model's attention is, beside the shape of its keys and values. */
export interface AttentionOptions {
  readonly rope: Rope;
  /** Query heads, a multiple of the heads of keys and values; as many as those if it is not given. */
  readonly heads?: number;
  /** For tests: the build of the kernel; the best that runs here if it is not given. */
  readonly build?: KernelBuild;
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
  private tiles = 0;
  /** One piece of memory for all that a step needs; it grows to the largest step and stays until {@link trim}. */
  private workspace = { address: 0, bytes: 0 };
  private places: Places = { qkv: 0, out: 0, rows: 0, tiles: 0 };
  private kernel!: Kernel;
  /** The memory that the kernel works on. */
  private bound: WebAssembly.Memory | null = null;

  private constructor(
    private readonly memory: KvMemory,
    private readonly shape: KvShape,
    heads: number,
    rope: Rope,
    private readonly compiled: WebAssembly.Module,
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
    { rope, heads = shape.heads, build }: AttentionOptions,
  ): Promise<Attention> {
    if (shape.headWidth % 8 !== 0) {
      const message = `A head width of ${shape.headWidth} is not supported. It must be a multiple of 8.`;
      throw new ModelError("attention_unavailable", message);
    }
    if (heads % shape.heads !== 0) {
      const message = `${heads} query heads cannot share ${shape.heads} heads of keys and values. They must be a multiple.`;
      throw new ModelError("attention_unavailable", message);
    }
    return new Attention(memory, shape, heads, rope, await compileKernel(build));
  }

  /** Lays out a step's tables. */
  begin(rows: readonly AttentionRow[]): void {
    this.bind();
    const tiles = formTiles(rows, Math.max(1, Math.floor(TILE_VECTORS / this.group)));
    const tables = new StepTables(rows, tiles, { shape: this.shape, group: this.group }, this.rotary);
    this.reserve(tables.bytes);
    this.places = tables.write(this.memory, this.workspace.address);
    this.rows = rows.length;
    this.tiles = tiles.length;
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

  /** The attention output of every token, `[rows, heads, headWidth]`: a view that is valid until the next call. */
  read(layer: number): Float32Array {
    const { heads, headWidth } = this.shape;
    const { tiles, out } = this.places;
    this.kernel.read(tiles, this.tiles, layer, heads, this.group, 4 * headWidth);
    return this.memory.floats.subarray(out / 4, out / 4 + this.rows * this.group * heads * headWidth);
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
