/** Bytes whose number is known before they are made. */
export interface StreamedBytes {
  readonly byteLength: number;
  chunks(): AsyncIterable<Uint8Array>;
}

/** A part of a file: bytes in memory, or bytes that are made when they are written. */
export type Piece = Uint8Array | StreamedBytes;

export const lengthOf = (pieces: readonly Piece[]): number =>
  pieces.reduce((sum, { byteLength }) => sum + byteLength, 0);

/** How the content of a field is written. */
const WIRE = { varint: 0, delimited: 2, fixed32: 5 } as const;

const text = new TextEncoder();

/** Base-128 number of a protocol buffer. Negative numbers are two's complement of 64 bits. */
function varint(value: number | bigint): Uint8Array {
  let rest = BigInt.asUintN(64, BigInt(value));
  const bytes: number[] = [];
  while (rest > 127n) {
    bytes.push(Number(rest & 127n) | 128);
    rest >>= 7n;
  }
  bytes.push(Number(rest));
  return Uint8Array.from(bytes);
}

const key = (field: number, type: number): Uint8Array => varint((field << 3) | type);

/** A field that holds a whole number. */
export const intField = (field: number, value: number | bigint): Piece[] => [
  key(field, WIRE.varint),
  varint(value),
];

/** A field that holds a 32-bit floating-point number. */
export const floatField = (field: number, value: number): Piece[] => [
  key(field, WIRE.fixed32),
  new Uint8Array(Float32Array.of(value).buffer),
];

/** A field that holds a message or bytes, which need not be in memory yet. */
export const messageField = (field: number, message: readonly Piece[]): Piece[] => [
  key(field, WIRE.delimited),
  varint(lengthOf(message)),
  ...message,
];

/** A field that holds text. */
export const textField = (field: number, value: string): Piece[] => messageField(field, [text.encode(value)]);
