import {
  Header,
  invalidContainer,
  Pending,
  type Piece,
  Pieces,
  type Splitter,
  type SplitterLimits,
} from "./splitter.ts";

/** Boxes that may come before the index of all tracks (`moov`). */
const BEFORE_INDEX = ["ftyp", "styp", "free", "skip", "uuid", "pdin", "sidx"];

interface Box {
  readonly type: string;
  /** Bytes of its size and type. */
  readonly headBytes: number;
  /** Bytes with its contents. */
  readonly bytes: number;
}

/**
 * Fragmented MP4. The header is the initialization segment, up to the end of `moov`. A decoder can begin with any
 * fragment (`moof`); it gives out nothing before the first key frame. Pictures (`mdat`) are passed on as they come.
 */
export class Mp4Splitter implements Splitter {
  private readonly pending = new Pending();
  private readonly head: Header;
  private isHeaderWhole = false;
  /** Bytes of the current box that are still to be passed on, and the time to note with its end. */
  private passing = 0;
  private passingMs: number | undefined;
  /** Ticks a second of each track. */
  private timescales = new Map<number, number>();
  /** When the pictures of the current fragment begin (ms). */
  private fragmentMs: number | undefined;

  constructor(private readonly limits: SplitterLimits) {
    this.head = new Header(limits.maxHeaderBytes, FRAGMENTED);
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
    while (at < bytes.length) {
      if (this.passing > 0) {
        at = this.pass(bytes, at, pieces);
        continue;
      }
      const box = readBox(bytes, at);
      if (box === null) {
        needed = bytes.length - at + 1;
        break;
      }
      if (this.isHeaderWhole && box.type !== "moof") {
        this.passing = box.bytes;
        this.passingMs = box.type === "mdat" ? this.fragmentMs : undefined;
        continue;
      }
      this.check(box);
      if (at + box.bytes > bytes.length) {
        needed = box.bytes;
        break;
      }
      this.take(box, bytes.subarray(at, at + box.bytes), pieces);
      at += box.bytes;
    }
    this.pending.keep(bytes.subarray(at), needed);
    return pieces.done();
  }

  private pass(bytes: Buffer, at: number, pieces: Pieces): number {
    const end = Math.min(bytes.length, at + this.passing);
    this.passing -= end - at;
    const isWhole = this.passing === 0;
    pieces.add(bytes.subarray(at, end), isWhole ? this.passingMs : undefined);
    return end;
  }

  private check({ type, bytes }: Box): void {
    const { maxHeaderBytes } = this.limits;
    if (this.isHeaderWhole) {
      if (bytes > maxHeaderBytes)
        throw invalidContainer(`A fragment's index has ${bytes} bytes. At most ${maxHeaderBytes} are taken.`);
      return;
    }
    if (this.head.isEmpty && !BEFORE_INDEX.includes(type) && type !== "moov")
      throw invalidContainer("It does not begin with the initialization segment of an MP4 (ftyp, moov).");
    if (type === "mdat" || type === "moof")
      throw invalidContainer(`It has pictures before its index. ${FRAGMENTED}`);
    this.head.requireRoom(bytes);
  }

  private take({ type, headBytes }: Box, box: Buffer, pieces: Pieces): void {
    if (type === "moof" && this.isHeaderWhole) {
      this.fragmentMs = fragmentTime(box, headBytes, this.timescales);
      pieces.enter();
      pieces.add(box);
      return;
    }
    this.head.add(box);
    if (type !== "moov") return;
    if (find(box, headBytes, ["mvex"]) === null)
      throw invalidContainer(`It is not fragmented. ${FRAGMENTED}`);
    this.timescales = timescales(box, headBytes);
    this.head.close();
    this.isHeaderWhole = true;
  }
}

const FRAGMENTED =
  "Send a fragmented MP4, as MediaRecorder writes it and ffmpeg does with -movflags frag_keyframe+empty_moov+default_base_moof.";

/** Reads the head of the box at a place; null when there are too few bytes. */
function readBox(bytes: Buffer, at: number): Box | null {
  if (at + 8 > bytes.length) return null;
  const size = bytes.readUInt32BE(at);
  const type = bytes.toString("latin1", at + 4, at + 8);
  if (!/^[\x20-\x7e\xa9]{4}$/.test(type)) throw invalidContainer("It has bytes that are no box of an MP4.");
  if (size === 1) {
    if (at + 16 > bytes.length) return null;
    const large = Number(bytes.readBigUInt64BE(at + 8));
    if (large < 16) throw invalidContainer("It has a box whose size is not valid.");
    return { type, headBytes: 16, bytes: large };
  }
  if (size < 8) throw invalidContainer("It has a box whose size is not valid.");
  return { type, headBytes: 8, bytes: size };
}

/** The contents of each box between two places that has this type. What is cut off is left out. */
function* boxes(bytes: Buffer, from: number, type: string): Generator<Buffer> {
  let at = from;
  for (let box = readBox(bytes, at); box !== null; box = readBox(bytes, at)) {
    const end = at + box.bytes;
    if (end > bytes.length) return;
    if (box.type === type) yield bytes.subarray(at + box.headBytes, end);
    at = end;
  }
}

/** The contents of the first box on a path; null when there is none. */
function find(bytes: Buffer, from: number, path: readonly string[]): Buffer | null {
  const [type, ...below] = path;
  if (type === undefined) return bytes.subarray(from);
  for (const box of boxes(bytes, from, type)) {
    const found = find(box, 0, below);
    if (found !== null) return found;
  }
  return null;
}

/** Ticks a second of each track, by its id. */
function timescales(moov: Buffer, from: number): Map<number, number> {
  const found = new Map<number, number>();
  for (const track of boxes(moov, from, "trak")) {
    const [head, media] = [find(track, 0, ["tkhd"]), find(track, 0, ["mdia", "mdhd"])];
    if (head === null || media === null) continue;
    // Behind the version and flags are two times, of 4 bytes each in version 0 and of 8 in version 1.
    const id = numberAt(head, head[0] === 1 ? 20 : 12);
    const scale = numberAt(media, media[0] === 1 ? 20 : 12);
    if (id !== undefined && scale !== undefined && scale > 0) found.set(id, scale);
  }
  return found;
}

/** When a fragment begins (ms): the earliest time of its tracks; undefined where it does not say. */
function fragmentTime(moof: Buffer, from: number, scales: ReadonlyMap<number, number>): number | undefined {
  let earliest: number | undefined;
  for (const part of boxes(moof, from, "traf")) {
    const [head, time] = [find(part, 0, ["tfhd"]), find(part, 0, ["tfdt"])];
    const scale = head === null ? undefined : scales.get(numberAt(head, 4) ?? -1);
    if (time === null || scale === undefined || time.length < (time[0] === 1 ? 12 : 8)) continue;
    const ticks = time[0] === 1 ? Number(time.readBigUInt64BE(4)) : time.readUInt32BE(4);
    earliest = Math.min(earliest ?? Number.POSITIVE_INFINITY, (ticks * 1000) / scale);
  }
  return earliest;
}

function numberAt(bytes: Buffer, at: number): number | undefined {
  return at + 4 > bytes.length ? undefined : bytes.readUInt32BE(at);
}
