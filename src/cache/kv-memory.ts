const PAGE_BYTES = 65_536;
/** A cache line: what starts on one is read without touching its neighbour's. */
const ALIGN_BYTES = 64;

/**
 * The linear memory of one thread, in which all its caches live: attention reads them there, where they lie.
 *
 * Pieces are handed out and taken back by size, and a size that is taken back is handed out again; so a service
 * whose streams come and go does not grow.
 */
export class KvMemory {
  readonly wasm: WebAssembly.Memory;
  private readonly free = new Map<number, number[]>();
  /** The first page is nobody's, so that an address of 0 can only be a mistake. */
  private end = PAGE_BYTES;
  private view: Float32Array;
  private inUse = 0;

  /** @param maxBytes at most 4 GiB, which is also the default */
  constructor(maxBytes = 2 ** 32) {
    this.wasm = new WebAssembly.Memory({ initial: 16, maximum: Math.floor(maxBytes / PAGE_BYTES) });
    this.view = new Float32Array(this.wasm.buffer);
  }

  /** Bytes that are handed out. */
  get usedBytes(): number {
    return this.inUse;
  }

  /** All of it. Not to be kept: another array stands for it after it has grown. */
  get floats(): Float32Array {
    if (this.view.buffer !== this.wasm.buffer) this.view = new Float32Array(this.wasm.buffer);
    return this.view;
  }

  /**
   * Hands out a zeroed piece; returns its address in bytes.
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

  /** Takes a piece back, with the size that it was asked for. */
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
        `The memory for caches is full (${held} MiB in use); close a stream, or use smaller windows.`,
        { cause },
      );
    }
  }
}
