import { ProtocolError } from "./protocol-error.ts";

/**
 * Length of the optional header of a binary message (bytes). It comes before the encoded picture and is little endian:
 *
 * | offset | bytes | type | field |
 * |---|---|---|---|
 * | 0 | 4 | bytes | magic `F5 54 41 46` (`F5`, then "TAF") |
 * | 4 | 1 | uint8 | version, 1 |
 * | 5 | 1 | uint8 | length of this header in bytes, 20; the picture begins after it |
 * | 6 | 2 | uint16 | flags: bit 0: `seq` is given, bit 1: the capture time is given; all others 0 and ignored |
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

/** The contents of a header; null for what it does not have. */
export interface FrameHeader {
  /** The client's number of the frame. */
  readonly seq: number | null;
  /** When it was captured, in the stream's own time (ms). */
  readonly captureTimeMs: number | null;
}

/** A decoded binary message. */
export interface BinaryFrame extends FrameHeader {
  /** The encoded picture: a view on the message, not a copy. */
  readonly image: Uint8Array;
}

/**
 * Encodes the header of a frame. Send it before the picture, in the same binary message.
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
 * Decodes a binary message. One that does not begin with the magic bytes is a picture without a header.
 *
 * @throws {ProtocolError} `invalid_frame_header`, when the header is cut off or has an unknown version or an invalid
 *   time
 */
export function decodeBinaryFrame(message: Uint8Array): BinaryFrame {
  if (!MAGIC.every((byte, at) => message[at] === byte))
    return { seq: null, captureTimeMs: null, image: message };
  if (message.length < FRAME_HEADER_BYTES) {
    throw headerError(`It ends after ${message.length} of ${FRAME_HEADER_BYTES} bytes.`);
  }
  const view = new DataView(message.buffer, message.byteOffset, message.byteLength);
  const version = view.getUint8(4);
  if (version !== VERSION)
    throw headerError(`Its version is ${version}. This server knows version ${VERSION}.`);
  const length = view.getUint8(5);
  if (length < FRAME_HEADER_BYTES || length > message.length) {
    throw headerError(
      `Its length field is ${length}. It must be at least ${FRAME_HEADER_BYTES}, and not more than the message has.`,
    );
  }
  const flags = view.getUint16(6, true);
  const captureTimeMs = flags & HAS_CAPTURE_TIME ? view.getFloat64(12, true) : null;
  if (captureTimeMs !== null && !(Number.isFinite(captureTimeMs) && captureTimeMs >= 0)) {
    throw headerError(
      `Its capture time is ${captureTimeMs}. It must be a number of milliseconds, 0 or more.`,
    );
  }
  return {
    seq: flags & HAS_SEQ ? view.getUint32(8, true) : null,
    captureTimeMs,
    image: message.subarray(length),
  };
}

function headerError(what: string): ProtocolError {
  return new ProtocolError("invalid_frame_header", `The frame header is not valid. ${what}`);
}
