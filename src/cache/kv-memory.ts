import { AddressSpace } from "./address-space.ts";

const PAGE_BYTES = 65_536;
/** Bytes of a cache line. Pieces start on one, so that reading a piece does not touch its neighbour's line. */
const ALIGN_BYTES = 64;
const INITIAL_PAGES = 16;
/** A memory up to this size is not worth replacing (bytes). One stream with the windows of a small model fits. */
const KEPT_BYTES = 16 * 2 ** 20;

/** The two caches: visual (C_v) and text (C_r). */
export type CacheKind = "visual" | "text";

/** What is allocated for a request of so many bytes: whole cache lines. */
const roundUp = (bytes: number) => Math.max(1, Math.ceil(bytes / ALIGN_BYTES)) * ALIGN_BYTES;

/**
 * The linear memory of one thread. All of the thread's caches are in it, and attention reads them in place.
 *
 * Pieces of any size are allocated and released in any order, see {@link AddressSpace}. WebAssembly memory never
 * shrinks. So when nothing is allocated, {@link renew} replaces a large memory by a small one.
 */
export class KvMemory {
  private memory: WebAssembly.Memory;
  private view: Float32Array;
  /** The first page is never allocated, so an address of 0 is always a mistake. */
  private readonly space = new AddressSpace(PAGE_BYTES);
  /** Nothing has ever been written from this address on, so it is still zero. */
  private unwritten = PAGE_BYTES;
  private inUse = 0;
  /** Bytes that the stores of each cache hold; they are counted by {@link KvStore}. */
  readonly heldBytes: Record<CacheKind, number> = { visual: 0, text: 0 };

  /** @param maxBytes at most 4 GiB, which is also the default */
  constructor(private readonly maxBytes = 2 ** 32) {
    this.memory = this.makeMemory();
    this.view = new Float32Array(this.memory.buffer);
  }

  /** The linear memory itself, for the attention kernel. It is another one after {@link renew}. */
  get wasm(): WebAssembly.Memory {
    return this.memory;
  }

  /** Bytes that are allocated. */
  get usedBytes(): number {
    return this.inUse;
  }

  /** All of the memory. Do not keep this array: it is replaced when the memory grows. */
  get floats(): Float32Array {
    if (this.view.buffer !== this.memory.buffer) this.view = new Float32Array(this.memory.buffer);
    return this.view;
  }

  /**
   * Allocates a zeroed piece and returns its address in bytes.
   * @throws {RangeError} when the memory is full
   */
  allocate(bytes: number): number {
    const size = roundUp(bytes);
    const address = this.space.allocate(size);
    this.growTo(address, size);
    const end = address + size;
    if (address < this.unwritten) this.floats.fill(0, address / 4, Math.min(end, this.unwritten) / 4);
    this.unwritten = Math.max(this.unwritten, end);
    this.inUse += size;
    return address;
  }

  /**
   * Releases a piece. The size must be the one that it was allocated with.
   * @throws {RangeError} when it is not allocated
   */
  release(address: number, bytes: number): void {
    const size = roundUp(bytes);
    this.space.release(address, size);
    this.inUse -= size;
  }

  /**
   * Replaces the memory by a new one when nothing is allocated and it has become large. Whoever holds a view, or a
   * kernel that was bound to {@link wasm}, must ask for them anew. The old memory is freed by the garbage collector.
   * @returns whether it was replaced
   */
  renew(): boolean {
    if (this.inUse > 0 || this.memory.buffer.byteLength <= KEPT_BYTES) return false;
    this.memory = this.makeMemory();
    this.view = new Float32Array(this.memory.buffer);
    this.unwritten = PAGE_BYTES;
    return true;
  }

  private makeMemory(): WebAssembly.Memory {
    const maximum = Math.floor(this.maxBytes / PAGE_BYTES);
    return new WebAssembly.Memory({ initial: INITIAL_PAGES, maximum });
  }

  /** Makes room for a piece whose address has been taken; gives the address back when there is none. */
  private growTo(address: number, size: number): void {
    const missing = address + size - this.memory.buffer.byteLength;
    if (missing <= 0) return;
    try {
      this.memory.grow(Math.ceil(missing / PAGE_BYTES));
    } catch (cause) {
      this.space.release(address, size);
      const held = Math.round(this.inUse / 2 ** 20);
      throw new RangeError(
        `The memory for caches is full (${held} MiB in use). Close a stream, or use smaller windows.`,
        { cause },
      );
    }
  }
}
