import {
  Header,
  invalidContainer,
  Pending,
  type Piece,
  Pieces,
  type Splitter,
  type SplitterLimits,
} from "./splitter.ts";

/** Ids of EBML and Matroska, with their marker bits. */
const EBML = 0x1a45dfa3;
const SEGMENT = 0x18538067;
const CLUSTER = 0x1f43b675;
const INFO = 0x1549a966;
const TIMESTAMP_SCALE = 0x2ad7b1;
const TIMESTAMP = 0xe7;
const SIMPLE_BLOCK = 0xa3;
const BLOCK_GROUP = 0xa0;
const BLOCK = 0xa1;

/** The id and the size of an element. */
interface Head {
  readonly id: number;
  /** Bytes of the id and the size. */
  readonly bytes: number;
  /** Bytes of the contents; null where they end with the next element of the same level. */
  readonly size: number | null;
}

/**
 * WebM and Matroska. The header is all that comes before the first cluster. A decoder can begin with any cluster: it
 * gives out nothing before the first key frame. Recorders write clusters of unknown size, so what is in them is read
 * element by element.
 */
export class WebmSplitter implements Splitter {
  private readonly pending = new Pending();
  private readonly head: Header;
  private place: "ebml" | "segment" | "header" | "clusters" = "ebml";
  /** Milliseconds of one tick. */
  private tickMs = 1;
  private clusterMs = 0;

  constructor(private readonly limits: SplitterLimits) {
    this.head = new Header(limits.maxHeaderBytes, "Send the recording from its beginning.");
  }

  get header(): Uint8Array {
    return this.head.whole;
  }

  push(chunk: Uint8Array): Piece[] {
    const pieces = new Pieces();
    const bytes = this.pending.add(chunk);
    if (bytes === null) return [];
    let at = 0;
    let needed = 1;
    for (;;) {
      const head = readHead(bytes, at);
      if (head === null) {
        needed = bytes.length - at + 1;
        break;
      }
      const end = this.endOf(head, at);
      if (end > bytes.length) {
        needed = end - at;
        break;
      }
      this.take(head, bytes.subarray(at, end), pieces);
      at = end;
      if (at === bytes.length) break;
    }
    this.pending.keep(bytes.subarray(at), needed);
    return pieces.done();
  }

  /** Where the element ends that is taken as one: with its contents, or without where these are read one by one. */
  private endOf({ id, bytes, size }: Head, at: number): number {
    if (this.place === "ebml" && id !== EBML)
      throw invalidContainer("It does not begin with the header of a WebM (1A 45 DF A3).");
    if (this.place === "segment" && id !== SEGMENT)
      throw invalidContainer("Its header is not followed by a WebM segment.");
    if (this.place === "clusters" && id === EBML)
      throw invalidContainer(
        "Another recording begins in it. Send input_video.stop and input_video.start before that.",
      );
    if (id === SEGMENT || id === CLUSTER) return at + bytes;
    if (size === null) throw invalidContainer(`It has an element (${id.toString(16)}) without an end.`);
    if (this.place !== "clusters") this.head.requireRoom(bytes + size);
    if (size > this.limits.maxPictureBytes)
      throw invalidContainer(
        `It has an element of ${size} bytes. At most ${this.limits.maxPictureBytes} are taken.`,
      );
    return at + bytes + size;
  }

  private take(head: Head, element: Buffer, pieces: Pieces): void {
    const { id } = head;
    if (this.place !== "clusters" && id !== CLUSTER) {
      if (this.place === "ebml") this.place = "segment";
      else if (this.place === "segment") this.place = "header";
      if (id === INFO) this.tickMs = timestampScale(element, head) / 1e6;
      this.head.add(element);
      return;
    }
    if (this.place !== "clusters") {
      this.place = "clusters";
      this.head.close();
    }
    if (id === TIMESTAMP) this.clusterMs = unsigned(element.subarray(head.bytes)) * this.tickMs;
    if (id === CLUSTER) pieces.enter();
    pieces.add(element, this.timeOf(head, element));
  }

  /** The time of a block, relative to its cluster: 2 bytes behind the number of the track. */
  private timeOf({ id, bytes }: Head, element: Buffer): number | undefined {
    if (id === BLOCK_GROUP) {
      const block = child(element, bytes, BLOCK);
      return block === null ? undefined : this.timeOf({ id: SIMPLE_BLOCK, bytes: 0, size: null }, block);
    }
    if (id !== SIMPLE_BLOCK) return undefined;
    const track = varIntBytes(element[bytes]);
    const at = bytes + (track ?? element.length);
    return at + 2 > element.length ? undefined : this.clusterMs + element.readInt16BE(at) * this.tickMs;
  }
}

/** Reads the id and the size of the element at a place; null when there are too few bytes. */
function readHead(bytes: Buffer, at: number): Head | null {
  if (at >= bytes.length) return null;
  const idBytes = varIntBytes(bytes[at]);
  if (idBytes === null || idBytes > 4) throw invalidContainer("It has bytes that are no element of a WebM.");
  const sizeAt = at + idBytes;
  if (sizeAt >= bytes.length) return null;
  const sizeBytes = varIntBytes(bytes[sizeAt]);
  if (sizeBytes === null) throw invalidContainer("It has an element whose size is not valid.");
  if (sizeAt + sizeBytes > bytes.length) return null;
  const id = bytes.readUIntBE(at, idBytes);
  return { id, bytes: idBytes + sizeBytes, size: readSize(bytes.subarray(sizeAt, sizeAt + sizeBytes)) };
}

/** Length of a number of variable length by its first byte (bytes); null for a first byte of 0. */
function varIntBytes(first: number | undefined): number | null {
  return first ? Math.clz32(first) - 23 : null;
}

/** The value without the marker; null where all its bits are 1, which means that it is unknown. */
function readSize(bytes: Buffer): number | null {
  const most = 2 ** (7 * bytes.length) - 1;
  let value = bytes[0]! & (0xff >> bytes.length);
  for (const byte of bytes.subarray(1)) value = value * 256 + byte;
  return value >= most ? null : value;
}

/** The contents of the first child of this id; null when there is none. */
function child(element: Buffer, from: number, id: number): Buffer | null {
  let at = from;
  for (let head = readHead(element, at); head !== null; head = readHead(element, at)) {
    const end = at + head.bytes + (head.size ?? element.length);
    if (end > element.length) return null;
    if (head.id === id) return element.subarray(at + head.bytes, end);
    at = end;
  }
  return null;
}

/** Nanoseconds of one tick of the segment. */
function timestampScale(info: Buffer, head: Head): number {
  const scale = child(info, head.bytes, TIMESTAMP_SCALE);
  return scale === null || scale.length === 0 ? 1e6 : unsigned(scale);
}

function unsigned(bytes: Buffer): number {
  let value = 0;
  for (const byte of bytes) value = value * 256 + byte;
  return value;
}
