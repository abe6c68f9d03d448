import { invalidContainer, type Piece, Pieces, type Splitter, type SplitterLimits } from "./splitter.ts";

/** Types of the units of an H.264 stream (NAL units). */
const IDR_SLICE = 5;
const SPS = 7;
const PPS = 8;
/** Units that belong to the picture behind them: SEI, parameter sets, and the delimiter. */
const BEFORE_PICTURE = [6, SPS, PPS, 9];
/** Most bytes of one parameter set, and of what may come before the first start code. Those of cameras have under 100. */
const MOST_SET_BYTES = 4096;
/** Most parameter sets that are kept. */
const MOST_SETS = 16;
const START_CODE = Buffer.from([0, 0, 1]);

/**
 * H.264 as a stream of bytes (Annex B). The header are the last parameter sets (SPS and PPS). A decoder can begin with
 * any key frame (IDR), and with any picture before which an SPS stands. What comes before the first one is left out.
 */
export class H264Splitter implements Splitter {
  private held: Buffer = Buffer.alloc(0);
  /** The newest parameter sets, each once, in the order in which they came last. */
  private sets: Buffer[] = [];
  private readonly setTypes = new Set<number>();
  /** The parameter set that is being read. */
  private set: { readonly type: number; readonly parts: Uint8Array[] } | null = null;
  /** Units in front of a picture, of which it is not known yet whether it is a key frame. */
  private front: { readonly parts: Uint8Array[]; hasSps: boolean } | null = null;
  private hasUnits = false;
  private hasBegun = false;
  /** Bytes before the first key frame. */
  private skipped = 0;

  constructor(private readonly limits: SplitterLimits) {}

  get header(): Uint8Array {
    return Buffer.concat(this.sets);
  }

  push(chunk: Uint8Array): Piece[] {
    const pieces = new Pieces();
    const bytes = Buffer.concat([this.held, chunk]);
    const end = bytes.length - unfinished(bytes);
    let at = 0;
    for (let start = nextStart(bytes, 0); start !== null; start = nextStart(bytes, start.unitAt)) {
      this.goOn(bytes.subarray(at, start.at), pieces);
      this.begin(bytes[start.unitAt]! & 0x1f, (bytes[start.unitAt + 1]! & 0x80) !== 0, pieces);
      at = start.at;
    }
    this.goOn(bytes.subarray(at, end), pieces);
    this.held = bytes.subarray(end);
    return pieces.done();
  }

  /**
   * A unit begins. What of it has come is taken by the next `goOn`.
   *
   * @param isFirst of a slice: whether it is the first of its picture
   */
  private begin(type: number, isFirst: boolean, pieces: Pieces): void {
    this.hasUnits = true;
    this.closeSet();
    if (type === SPS || type === PPS) this.set = { type, parts: [] };
    if (BEFORE_PICTURE.includes(type)) {
      this.front ??= { parts: [], hasSps: false };
      this.front.hasSps ||= type === SPS;
      return;
    }
    const { front } = this;
    this.front = null;
    const isEntry = this.setTypes.size === 2 && ((type === IDR_SLICE && isFirst) || front?.hasSps === true);
    this.hasBegun ||= isEntry;
    if (isEntry) pieces.enter();
    for (const part of front?.parts ?? []) this.give(part, pieces);
  }

  private goOn(bytes: Uint8Array, pieces: Pieces): void {
    if (bytes.length === 0) return;
    if (this.set !== null) {
      this.set.parts.push(bytes);
      requireShort(this.set.parts, MOST_SET_BYTES, "a parameter set");
    }
    if (this.front === null) {
      this.give(bytes, pieces);
      return;
    }
    this.front.parts.push(bytes);
    requireShort(this.front.parts, this.limits.maxHeaderBytes, "something in front of a picture");
  }

  private give(bytes: Uint8Array, pieces: Pieces): void {
    if (this.hasBegun) {
      pieces.add(bytes);
      return;
    }
    this.skipped += bytes.length;
    if (this.skipped <= (this.hasUnits ? this.limits.maxPictureBytes : MOST_SET_BYTES)) return;
    const message = `Its first ${this.skipped} bytes have no key frame with an SPS and a PPS before it. Send H.264 as Annex B, with start codes.`;
    throw invalidContainer(message);
  }

  private closeSet(): void {
    if (this.set === null) return;
    const bytes = Buffer.concat(this.set.parts);
    this.sets = [...this.sets.filter((other) => !other.equals(bytes)), bytes].slice(-MOST_SETS);
    this.setTypes.add(this.set.type);
    this.set = null;
  }
}

function requireShort(parts: readonly Uint8Array[], mostBytes: number, what: string): void {
  if (parts.reduce((sum, { length }) => sum + length, 0) <= mostBytes) return;
  throw invalidContainer(`It has ${what} of more than ${mostBytes} bytes.`);
}

interface Start {
  /** Where the start code begins: 00 00 01, with one more 00 before it where there is one. */
  readonly at: number;
  /** Where the unit's first byte is. */
  readonly unitAt: number;
}

/** The next start code of which the unit's first two bytes are there; null when there is none. */
function nextStart(bytes: Buffer, from: number): Start | null {
  const found = bytes.indexOf(START_CODE, from);
  if (found < 0 || found + 4 >= bytes.length) return null;
  const at = found > from && bytes[found - 1] === 0 ? found - 1 : found;
  return { at, unitAt: found + 3 };
}

/** How many of the last bytes may belong to a start code, or to a unit's first two bytes, that are not all there. */
function unfinished(bytes: Buffer): number {
  const { length } = bytes;
  const found = bytes.lastIndexOf(START_CODE);
  if (found >= 0 && found + 4 >= length) return length - found + (bytes[found - 1] === 0 ? 1 : 0);
  let zeros = 0;
  while (zeros < 3 && zeros < length && bytes[length - 1 - zeros] === 0) zeros++;
  return zeros;
}
