import { IngestError } from "../errors.ts";

/** Some bytes of a container, in the order in which they came. */
export interface Piece {
  readonly bytes: Uint8Array;
  /** Whether a new decoder that was given the header can begin here. */
  readonly isEntry: boolean;
  /** What the container says of the times of pictures and sounds that are whole with this piece (ms). */
  readonly timesMs: readonly number[];
}

/**
 * Cuts a container that comes in chunks of any size into pieces, and keeps what a decoder must be given first. It reads
 * no pictures. What it holds back is bounded: by the header's limit, and by that of one picture.
 */
export interface Splitter {
  /** What a new decoder must be given before any piece. It is whole when the first piece is given out. */
  readonly header: Uint8Array;
  /**
   * Takes the next chunk. Its bytes must not change afterwards.
   *
   * @returns the pieces that are whole now; the header is in none of them
   * @throws {IngestError} `container_invalid`; nothing more can be taken then
   */
  push(chunk: Uint8Array): Piece[];
}

/** How much a splitter may hold back. */
export interface SplitterLimits {
  /** Most bytes of the header. */
  readonly maxHeaderBytes: number;
  /** Most bytes of one encoded picture. */
  readonly maxPictureBytes: number;
}

/** The bytes are not what the MIME type says. */
export function invalidContainer(what: string): IngestError {
  return new IngestError("container_invalid", what);
}

/** Collects the header of a container, as far as it may grow. */
export class Header {
  /** Empty until it is whole. */
  whole: Uint8Array = new Uint8Array();
  private readonly parts: Uint8Array[] = [];
  private length = 0;

  /**
   * @param most bytes that it may have
   * @param hint what a client does about a larger one
   */
  constructor(
    private readonly most: number,
    private readonly hint: string,
  ) {}

  /** Whether nothing of it has come. */
  get isEmpty(): boolean {
    return this.length === 0;
  }

  /** @throws {IngestError} `container_invalid` when it has no room for so many more bytes */
  requireRoom(bytes: number): void {
    if (this.length + bytes > this.most)
      throw invalidContainer(`Its header has more than ${this.most} bytes. ${this.hint}`);
  }

  add(part: Uint8Array): void {
    this.parts.push(part);
    this.length += part.length;
  }

  /** Nothing more belongs to it. */
  close(): void {
    this.whole = Buffer.concat(this.parts.splice(0));
  }
}

/** Holds back bytes until there are enough to go on with. So a large picture in small chunks is joined only once. */
export class Pending {
  private chunks: Uint8Array[] = [];
  private length = 0;
  private needed = 0;

  /** Adds a chunk. Gives all that is held when it is enough, else null. */
  add(chunk: Uint8Array): Buffer | null {
    this.chunks.push(chunk);
    this.length += chunk.length;
    if (this.length < this.needed) return null;
    const all =
      this.chunks.length === 1
        ? Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength)
        : Buffer.concat(this.chunks);
    this.chunks = [];
    this.length = 0;
    return all;
  }

  /** Holds back what is left, until there are so many bytes. */
  keep(rest: Uint8Array, needed: number): void {
    if (rest.length > 0) this.chunks.push(rest);
    this.length = rest.length;
    this.needed = needed;
  }
}

/** Collects the pieces of one chunk: each begins with an entry, or with the chunk. */
export class Pieces {
  private readonly all: Piece[] = [];
  private parts: Uint8Array[] = [];
  private timesMs: number[] = [];
  private isEntry = false;

  /** A decoder can begin with what is added next. */
  enter(): void {
    this.close();
    this.isEntry = true;
  }

  /** @param timeMs the time of what is whole with these bytes */
  add(bytes: Uint8Array, timeMs?: number): void {
    if (bytes.length > 0) this.parts.push(bytes);
    if (timeMs !== undefined) this.timesMs.push(timeMs);
  }

  /** The pieces, when nothing more is added. */
  done(): Piece[] {
    this.close();
    return this.all;
  }

  private close(): void {
    if (this.parts.length > 0) {
      const bytes = this.parts.length === 1 ? this.parts[0]! : Buffer.concat(this.parts);
      this.all.push({ bytes, isEntry: this.isEntry, timesMs: this.timesMs });
    }
    this.parts = [];
    this.timesMs = [];
    this.isEntry = false;
  }
}
