/** A message of an RTSP server, or a packet of video that it sends over the same connection (RFC 2326, 10.12). */
export type RtspPart = RtspAnswer | RtspRequest | { readonly kind: "packet"; readonly bytes: Buffer };

export interface RtspAnswer {
  readonly kind: "answer";
  readonly status: number;
  readonly reason: string;
  readonly headers: readonly RtspHeader[];
  readonly body: Buffer;
}

export interface RtspRequest {
  readonly kind: "request";
  readonly headers: readonly RtspHeader[];
}

/** A name, in lower case, and a value. */
export type RtspHeader = readonly [name: string, value: string];

const DOLLAR = 0x24;
const STATUS = /^RTSP\/\d\.\d ([1-5]\d\d)(?: (.*))?$/;
const REQUEST = /^[A-Z_]+ \S+ RTSP\/\d\.\d$/;
const HEADER = /^([!#$%&'*+.^_`|~\w-]+)[ \t]*:[ \t]*(.*)$/;
/** What must not stand in a line: whoever reads it next might end the line there. */
const CONTROL = /(?![\t\x80-\x9f])\p{Cc}/u;

/** What an RTSP server sent is not RTSP, or is longer than is taken. */
export class RtspSyntaxError extends Error {
  override readonly name = "RtspSyntaxError";
}

/** Takes the bytes of an RTSP server apart, strictly. */
export class RtspReader {
  private waiting: Buffer = Buffer.alloc(0);

  constructor(private readonly limits: { readonly headerBytes: number; readonly textBytes: number }) {}

  /**
   * The parts that are complete with these bytes.
   *
   * @throws {RtspSyntaxError}
   */
  *take(bytes: Buffer): Generator<RtspPart> {
    this.waiting = this.waiting.length === 0 ? bytes : Buffer.concat([this.waiting, bytes]);
    for (let part = this.next(); part !== null; part = this.next()) yield part;
  }

  private next(): RtspPart | null {
    while (this.waiting[0] === 0x0d || this.waiting[0] === 0x0a) this.waiting = this.waiting.subarray(1);
    if (this.waiting[0] === DOLLAR) {
      if (this.waiting.length < 4) return null;
      const bytes = this.cut(4 + this.waiting.readUInt16BE(2));
      return bytes && { kind: "packet", bytes };
    }
    const { headerBytes, textBytes } = this.limits;
    const head = this.waiting.toString("latin1", 0, headerBytes);
    const end = /\r?\n\r?\n/.exec(head);
    if (end === null) {
      if (this.waiting.length >= headerBytes)
        throw new RtspSyntaxError(`its header has over ${headerBytes} bytes`);
      return null;
    }
    const [first = "", ...lines] = head.slice(0, end.index).split(/\r?\n/);
    const headers = lines.map(headerOf).filter((header) => header !== null);
    const length = lengthOf(headers);
    if (length > textBytes) throw new RtspSyntaxError(`its answer has over ${textBytes} bytes`);
    const bodyAt = end.index + end[0].length;
    const body = this.cut(bodyAt + length)?.subarray(bodyAt);
    if (body === undefined) return null;
    if (CONTROL.test(first)) throw new RtspSyntaxError("it sent a line with control characters");
    const status = STATUS.exec(first);
    if (status !== null)
      return { kind: "answer", status: Number(status[1]), reason: status[2] ?? "", headers, body };
    if (REQUEST.test(first)) return { kind: "request", headers };
    throw new RtspSyntaxError("it sent something that is not RTSP");
  }

  /** Takes so many bytes; null when there are not so many yet. */
  private cut(length: number): Buffer | null {
    if (this.waiting.length < length) return null;
    const bytes = this.waiting.subarray(0, length);
    this.waiting = this.waiting.subarray(length);
    return bytes;
  }
}

function headerOf(line: string): RtspHeader | null {
  const [, name, value] = HEADER.exec(line) ?? [];
  if (name === undefined || value === undefined) return null;
  if (CONTROL.test(value)) throw new RtspSyntaxError("it sent a line with control characters");
  return [name.toLowerCase(), value.trim()];
}

function lengthOf(headers: readonly RtspHeader[]): number {
  const lengths = headers.filter(([name]) => name === "content-length").map(([, value]) => value);
  if (lengths.length > 1 || !/^\d{0,9}$/.test(lengths[0] ?? ""))
    throw new RtspSyntaxError("it sent a Content-Length that is not one number");
  return Number(lengths[0] ?? 0);
}
