import { ProtocolError } from "./errors.ts";

/**
 * The optional header of a binary message, before the encoded picture; little endian.
 *
 * | offset | bytes | type | field |
 * |---|---|---|---|
 * | 0 | 4 | bytes | magic `F5 54 41 46` (`F5`, then "TAF") |
 * | 4 | 1 | uint8 | version, 1 |
 * | 5 | 1 | uint8 | length of this header in bytes, 20; the picture begins there |
 * | 6 | 2 | uint16 | flags: bit 0 `seq` is given, bit 1 `capture time` is given; others 0, ignored |
 * | 8 | 4 | uint32 | seq |
 * | 12 | 8 | float64 | capture time (ms) |
 *
 * No picture begins with the byte F5 (JPEG: FF, PNG: 89, WebP: 52, GIF: 47, BMP: 42), and no UTF-8 text does.
 */
export const FRAME_HEADER_BYTES = 20;

const MAGIC = [0xf5, 0x54, 0x41, 0x46] as const;
const VERSION = 1;
const HAS_SEQ = 1;
const HAS_CAPTURE_TIME = 2;

/** What a header can say of a frame; `null` where it does not. */
export interface FrameHeader {
  readonly seq: number | null;
  /** When it was captured, in the stream's own time (ms). */
  readonly captureTimeMs: number | null;
}

/** One binary message, taken apart. */
export interface BinaryFrame extends FrameHeader {
  /** The encoded picture: a view on the message, not a copy. */
  readonly image: Uint8Array;
}

/**
 * The header of a frame, to be sent before the picture in the same binary message.
 *
 * @example socket.send(new Blob([encodeFrameHeader({ seq: 7, captureTimeMs: 3500 }), jpeg]));
 */
export function encodeFrameHeader({ seq, captureTimeMs }: FrameHeader): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(FRAME_HEADER_BYTES);
  bytes.set(MAGIC);
  const view = new DataView(bytes.buffer);
  view.setUint8(4, VERSION);
  view.setUint8(5, FRAME_HEADER_BYTES);
  view.setUint16(6, (seq === null ? 0 : HAS_SEQ) | (captureTimeMs === null ? 0 : HAS_CAPTURE_TIME), true);
  view.setUint32(8, seq ?? 0, true);
  view.setFloat64(12, captureTimeMs ?? 0, true);
  return bytes;
}

/**
 * Takes a binary message apart; one that does not begin with the magic is a picture without a header.
 *
 * @throws {ProtocolError} `invalid_frame_header`: cut off, of an unknown version, or with an impossible time.
 */
export function decodeBinaryFrame(message: Uint8Array): BinaryFrame {
  if (!MAGIC.every((byte, at) => message[at] === byte))
    return { seq: null, captureTimeMs: null, image: message };
  if (message.length < FRAME_HEADER_BYTES) {
    throw headerError(`It is cut off at ${message.length} of ${FRAME_HEADER_BYTES} bytes.`);
  }
  const view = new DataView(message.buffer, message.byteOffset, message.byteLength);
  const version = view.getUint8(4);
  if (version !== VERSION)
    throw headerError(`Its version is ${version}; this server knows version ${VERSION}.`);
  const length = view.getUint8(5);
  if (length < FRAME_HEADER_BYTES || length > message.length) {
    throw headerError(
      `Its length field is ${length}; it must be ${FRAME_HEADER_BYTES} or more, within the message.`,
    );
  }
  const flags = view.getUint16(6, true);
  const captureTimeMs = flags & HAS_CAPTURE_TIME ? view.getFloat64(12, true) : null;
  if (captureTimeMs !== null && !(Number.isFinite(captureTimeMs) && captureTimeMs >= 0)) {
    throw headerError(`Its capture time is ${captureTimeMs}; it must be a number of milliseconds from 0 up.`);
  }
  return {
    seq: flags & HAS_SEQ ? view.getUint32(8, true) : null,
    captureTimeMs,
    image: message.subarray(length),
  };
}

function headerError(what: string): ProtocolError {
  return new ProtocolError("invalid_frame_header", `The frame header is broken. ${what}`);
}
