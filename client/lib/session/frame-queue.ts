import { encodeFrameHeader, FRAME_HEADER_BYTES } from "../../../src/protocol/binary-frame.ts";
import type { SessionLimits } from "../../../src/protocol/session-object.ts";

/**
 * One encoded JPEG, PNG or WebP picture. Its bytes must not change until it is sent.
 *
 * @example
 * session.sendFrame(await readFile("frame.jpg"));
 */
export type Picture = Blob | Uint8Array | ArrayBuffer;

/**
 * A picture that was not sent.
 *
 * @example
 * session.on("skipped", ({ mediaTimeMs, reason }) => console.warn(mediaTimeMs, reason));
 */
export interface SkippedFrame {
  readonly mediaTimeMs: number;
  /** `behind`: the network was, and newer pictures waited; `away`: there was no connection; `too_large`: it has more than `limits.max_frame_bytes`. */
  readonly reason: "behind" | "away" | "too_large";
}

/**
 * What has become of the pictures of a session.
 *
 * @example
 * const { sent, skipped, waiting } = session.frames;
 */
export interface FrameCounts {
  readonly sent: number;
  readonly skipped: number;
  /** Those that wait for the network. */
  readonly waiting: number;
}

interface Waiting {
  readonly picture: Picture;
  readonly bytes: number;
  readonly mediaTimeMs: number;
}

/** What pictures are sent over. */
export interface FrameLine {
  readonly isOpen: boolean;
  readonly bufferedBytes: number;
  sendData(data: Blob | Uint8Array<ArrayBuffer>): boolean;
}

/** How often the socket is asked whether it has sent what it was given (ms): it does not say so by itself. */
const POLL_MS = 10;

const NO_LIMITS = { max_frame_bytes: Number.POSITIVE_INFINITY, max_inflight: 1 };

/**
 * The pictures that wait to be sent. The socket is given the next one when it has sent all but the last. When more than
 * `max_inflight` wait, the oldest is dropped and told, so that what the server sees is never far behind.
 */
export class FrameQueue {
  private readonly queue: Waiting[] = [];
  private limits: Pick<SessionLimits, "max_frame_bytes" | "max_inflight"> = NO_LIMITS;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private firstAtMs: number | null = null;
  private lastBytes = 0;
  private seq = 0;
  private sent = 0;
  private skipped = 0;

  constructor(
    private readonly line: FrameLine,
    private readonly tell: (skipped: SkippedFrame) => void,
  ) {}

  get counts(): FrameCounts {
    return { sent: this.sent, skipped: this.skipped, waiting: this.queue.length };
  }

  /** A session begins, whose pictures are numbered from 0. */
  begin(limits: SessionLimits): void {
    this.limits = limits;
    this.seq = 0;
    this.flush();
  }

  /** A connection is there again. */
  flush(): void {
    clearTimeout(this.timer);
    while (this.queue.length > 0 && this.line.isOpen && this.line.bufferedBytes <= this.lastBytes)
      this.sendNext();
    if (this.queue.length > 0 && this.line.isOpen) this.timer = setTimeout(() => this.flush(), POLL_MS);
  }

  /** Gives the socket all that waits. */
  flushAll(): void {
    clearTimeout(this.timer);
    while (this.queue.length > 0 && this.line.isOpen) this.sendNext();
  }

  /** Sends a picture when the network has room for it. */
  push(picture: Picture, mediaTimeMs: number | undefined): void {
    this.firstAtMs ??= performance.now();
    const bytes = picture instanceof Blob ? picture.size : picture.byteLength;
    const frame = { picture, bytes, mediaTimeMs: mediaTimeMs ?? performance.now() - this.firstAtMs };
    if (bytes > this.limits.max_frame_bytes) {
      this.skip(frame, "too_large");
      return;
    }
    this.queue.push(frame);
    this.flush();
    while (this.queue.length > this.limits.max_inflight)
      this.skip(this.queue.shift() as Waiting, this.line.isOpen ? "behind" : "away");
  }

  /** Drops what waits. */
  clear(): void {
    clearTimeout(this.timer);
    for (const frame of this.queue.splice(0)) this.skip(frame, "away");
  }

  private sendNext(): void {
    const { picture, bytes, mediaTimeMs } = this.queue.shift() as Waiting;
    // It may have waited since before the limits were known.
    if (bytes > this.limits.max_frame_bytes) {
      this.skip({ mediaTimeMs }, "too_large");
      return;
    }
    this.line.sendData(
      withHeader(encodeFrameHeader({ seq: this.seq++, captureTimeMs: mediaTimeMs }), picture),
    );
    this.lastBytes = bytes + FRAME_HEADER_BYTES;
    this.sent++;
  }

  private skip({ mediaTimeMs }: Pick<Waiting, "mediaTimeMs">, reason: SkippedFrame["reason"]): void {
    this.skipped++;
    this.tell({ mediaTimeMs, reason });
  }
}

function withHeader(header: Uint8Array<ArrayBuffer>, picture: Picture): Blob | Uint8Array<ArrayBuffer> {
  if (picture instanceof Blob) return new Blob([header, picture]);
  const bytes = picture instanceof ArrayBuffer ? new Uint8Array(picture) : picture;
  const whole = new Uint8Array(header.length + bytes.length);
  whole.set(header);
  whole.set(bytes, header.length);
  return whole;
}
