const PAGE_BYTES = 65_536;
/** Bytes of a cache line. Blocks start on one, so that reading a block does not touch its neighbour's line. */
const ALIGN_BYTES = 64;

/**
 * The linear memory of one thread. All of the thread's caches are in it, and attention reads them in place.
 *
 * Blocks are allocated and freed by size, and a freed block is reused for the next request of the same size. So a
 * service whose streams come and go does not grow.
 */
export class KvMemory {
  readonly wasm: WebAssembly.Memory;
  private readonly free = new Map<number, number[]>();
  /** The first page is never allocated, so an address of 0 is always a mistake. */
  private end = PAGE_BYTES;
  private view: Float32Array;
  private inUse = 0;

  /** @param maxBytes at most 4 GiB, which is also the default */
  constructor(maxBytes = 2 ** 32) {
    this.wasm = new WebAssembly.Memory({ initial: 16, maximum: Math.floor(maxBytes / PAGE_BYTES) });
    this.view = new Float32Array(this.wasm.buffer);
  }

  /** Bytes that are allocated. */
  get usedBytes(): number {
    return this.inUse;
  }

  /** All of the memory. Do not keep this array: it is replaced when the memory grows. */
  get floats(): Float32Array {
    if (this.view.buffer !== this.wasm.buffer) this.view = new Float32Array(this.wasm.buffer);
    return this.view;
  }

  /**
   * Allocates a zeroed block and returns its address in bytes.
   * @throws {RangeError} when the memory is full
   */
  allocate(bytes: number): number {
    const size = Math.ceil(bytes / ALIGN_BYTES) * ALIGN_BYTES;
    const again = this.free.get(size)?.pop();
    if (again !== undefined) this.floats.fill(0, again / 4, (again + size) / 4);
    const address = again ?? this.extend(size);
    this.inUse += size;
    return address;
  }

  /** Frees a block. The size must be the one that it was allocated with. */
  release(address: number, bytes: number): void {
    const size = Math.ceil(bytes / ALIGN_BYTES) * ALIGN_BYTES;
    const pieces = this.free.get(size);
    if (pieces === undefined) this.free.set(size, [address]);
    else pieces.push(address);
    this.inUse -= size;
  }

  private extend(size: number): number {
    const address = this.end;
    const missing = address + size - this.wasm.buffer.byteLength;
    if (missing > 0) this.grow(missing);
    this.end += size;
    return address;
  }

  private grow(bytes: number): void {
    try {
      this.wasm.grow(Math.ceil(bytes / PAGE_BYTES));
    } catch (cause) {
      const held = Math.round(this.inUse / 2 ** 20);
      throw new RangeError(
        `The memory for caches is full (${held} MiB in use). Close a stream, or use smaller windows.`,
        { cause },
      );
    }
  }
}
