/** One decoded picture with its place in time. */
export interface Frame {
  /** Counts the frames of a stream from 0, dropped ones included. */
  readonly seq: number;
  /** When it was captured, in the stream's own time (ms). */
  readonly mediaTimeMs: number;
  /** When this process got its last byte: `performance.now()` of the main thread (ms). */
  readonly arrivedAtMs: number;
  /** px */
  readonly width: number;
  /** px */
  readonly height: number;
  /** RGB, 8 bits, row-major: `width * height * 3` bytes. */
  readonly data: Uint8Array;
}

/** Why a frame was not looked at. */
export type DropReason = "busy" | "rate" | "duplicate" | "decode_error";

/** A frame that was left out, and why. Nothing is dropped without one of these. */
export interface DroppedFrame {
  readonly seq: number;
  readonly mediaTimeMs: number;
  readonly reason: DropReason;
}
