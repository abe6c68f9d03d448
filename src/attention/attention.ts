import { readFile } from "node:fs/promises";
import {
  type KvMemory,
  type KvShape,
  type KvStore,
  type Position,
  type Rope,
  Rotary,
  type SlotRange,
} from "../cache/mod.ts";
import { ModelError } from "../models/mod.ts";

/** The built kernel. In a checkout `dist/` is beside `src/`; in a package this file is in `dist/` itself. */
const KERNEL = new URL("../../dist/attention/kernel.wasm", import.meta.url);

const ROW_INTS = 9;
const RANGE_INTS = 6;

/** Slots that a token sees, and the position at which its query is rotated to meet their keys. */
export interface Segment {
  readonly store: KvStore;
  readonly ranges: readonly SlotRange[];
  readonly position: Position;
}

/** One token of a step: where its own key and value go, and what it sees (its own slot too, if it sees itself). */
export interface AttentionRow {
  readonly store: KvStore;
  readonly slot: number;
  /** Position of its key. */
  readonly position: Position;
  readonly segments: readonly Segment[];
}

interface Kernel {
  write(rows: number, count: number, layer: number, heads: number, group: number, headWidth: number): void;
  read(
    rows: number,
    count: number,
    layer: number,
    heads: number,
    group: number,
    headWidth: number,
    scratch: number,
  ): void;
}

/** Rotations of a step by {@link Rotary.keyOf} their position: what is rotated, and then where its rotation is. */
type Rotations = Map<number | string, { readonly position: Position; address: number }>;

/** What a model's attention is, beside the shape of its keys and values. */
export interface AttentionOptions {
  readonly rope: Rope;
  /** Query heads, a multiple of the heads of keys and values; as many as those if it is not given. */
  readonly heads?: number;
}

async function compileKernel(): Promise<WebAssembly.Module> {
  let code: Uint8Array;
  try {
    code = await readFile(KERNEL);
  } catch (cause) {
    const message = "The attention kernel is not built. Run `npm run build`.";
    throw new ModelError("attention_unavailable", message, cause);
  }
  return WebAssembly.compile(code);
}

/**
 * Attention of the tokens of one step over the ring buffers in one thread's memory. The tokens may belong to any
 * thinkers or streams. Nothing is padded, gathered or copied: every token has its own list of slot ranges.
 *
 * Call {@link begin} once a step. Then, for each layer, call {@link write} and, if its output is needed, {@link read}.
 */
export class Attention {
  private readonly rotary: Rotary;
  /** Query heads of one head of keys and values. */
  private readonly group: number;
  /** Floats of a row's queries, and of its output. */
  private readonly width: number;
  /** Floats of a row's queries, key and value. */
  private readonly rowWidth: number;
  private rows = 0;
  /** One piece of memory for all that a step needs; it grows to the largest step and stays until {@link trim}. */
  private workspace = { address: 0, bytes: 0 };
  private places = { qkv: 0, out: 0, table: 0, scratch: 0 };
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
    this.width = heads * shape.headWidth;
    this.rowWidth = (heads + 2 * shape.heads) * shape.headWidth;
  }

  /**
   * @param shape of the keys and values
   * @throws {ModelError} `attention_unavailable`, when the kernel is not built, or cannot do heads like these
   */
  static async load(
    memory: KvMemory,
    shape: KvShape,
    { rope, heads = shape.heads }: AttentionOptions,
  ): Promise<Attention> {
    if (shape.headWidth % 8 !== 0) {
      const message = `A head width of ${shape.headWidth} is not supported. It must be a multiple of 8.`;
      throw new ModelError("attention_unavailable", message);
    }
    if (heads % shape.heads !== 0) {
      const message = `${heads} query heads cannot share ${shape.heads} heads of keys and values. They must be a multiple.`;
      throw new ModelError("attention_unavailable", message);
    }
    return new Attention(memory, shape, heads, rope, await compileKernel());
  }

  /** Lays out a step's tables. */
  begin(rows: readonly AttentionRow[]): void {
    this.bind();
    this.rows = rows.length;
    const rotations: Rotations = new Map();
    const rotate = (position: Position) => {
      const key = this.rotary.keyOf(position);
      if (!rotations.has(key)) rotations.set(key, { position, address: 0 });
    };
    let ranges = 0;
    let longest = 0;
    for (const { position, segments } of rows) {
      rotate(position);
      let seen = 0;
      for (const segment of segments) {
        if (segment.ranges.length > 0) rotate(segment.position);
        ranges += segment.ranges.length;
        for (const { count } of segment.ranges) seen += count;
      }
      longest = Math.max(longest, seen);
    }
    this.reserve(rotations.size, ranges, longest);
    this.writeTables(rows, ranges, rotations);
  }

  /**
   * Takes every token's queries, then keys, then values `[rows, (heads + 2 · kvHeads) · headWidth]`, and writes key
   * and value to its slot. Queries are not rotated yet; they are multiplied by 1 / sqrt(headWidth) already.
   */
  write(layer: number, qkv: Float32Array): void {
    const { heads, headWidth } = this.shape;
    this.memory.floats.set(qkv, this.places.qkv / 4);
    this.kernel.write(this.places.table, this.rows, layer, heads, this.group, headWidth);
  }

  /** The attention output of every token, `[rows, heads, headWidth]`: a view that is valid until the next call. */
  read(layer: number): Float32Array {
    const { heads, headWidth } = this.shape;
    const { table, scratch, out } = this.places;
    this.kernel.read(table, this.rows, layer, heads, this.group, headWidth, scratch);
    return this.memory.floats.subarray(out / 4, out / 4 + this.rows * this.width);
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

  private reserve(rotations: number, ranges: number, longest: number): void {
    const { headWidth } = this.shape;
    const floats = {
      out: this.rows * this.width,
      qkv: this.rows * this.rowWidth,
      table: this.rows * ROW_INTS + ranges * RANGE_INTS + rotations * headWidth,
      scratch: headWidth + longest + 4,
    };
    const bytes = 4 * (floats.out + floats.qkv + floats.table + floats.scratch);
    if (bytes > this.workspace.bytes) {
      const room = Math.max(2 * this.workspace.bytes, bytes);
      this.releaseWorkspace();
      this.workspace = { address: this.memory.allocate(room), bytes: room };
    }
    const out = this.workspace.address;
    const qkv = out + 4 * floats.out;
    const table = qkv + 4 * floats.qkv;
    this.places = { out, qkv, table, scratch: table + 4 * floats.table };
  }

  /** @param rotations gets the address of each one */
  private writeTables(rows: readonly AttentionRow[], ranges: number, rotations: Rotations): void {
    const { floats } = this.memory;
    const ints = new Int32Array(floats.buffer);
    let row = this.places.table / 4;
    let range = row + rows.length * ROW_INTS;
    let next = range + ranges * RANGE_INTS;
    for (const rotation of rotations.values()) {
      rotation.address = next * 4;
      next = this.rotary.write(rotation.position, floats, next);
    }
    const rotationOf = (position: Position) => rotations.get(this.rotary.keyOf(position))!.address;
    rows.forEach(({ store, slot, position, segments }, i) => {
      const first = range;
      for (const segment of segments)
        for (const { slot: from, count } of segment.ranges) {
          ints[range] = segment.store.keyAddress(from);
          ints[range + 1] = segment.store.valueAddress(from);
          ints[range + 2] = segment.store.headStride;
          ints[range + 3] = segment.store.layerStride;
          ints[range + 4] = count;
          ints[range + 5] = rotationOf(segment.position);
          range += RANGE_INTS;
        }
      ints[row] = this.places.qkv + 4 * i * this.rowWidth;
      ints[row + 1] = this.places.out + 4 * i * this.width;
      ints[row + 2] = first * 4;
      ints[row + 3] = (range - first) / RANGE_INTS;
      ints[row + 4] = store.keyAddress(slot);
      ints[row + 5] = store.valueAddress(slot);
      ints[row + 6] = store.headStride;
      ints[row + 7] = store.layerStride;
      ints[row + 8] = rotationOf(position);
      row += ROW_INTS;
    });
  }
}
