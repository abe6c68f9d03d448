import {
  CONTAINER_KINDS,
  CONTAINER_LIMITS,
  type ContainerKind,
  containerKind,
  type ImageStamp,
} from "../ingest/mod.ts";
import { ProtocolError, type UnnumberedEvent } from "../protocol/mod.ts";
import type { StreamLimits } from "./limits.ts";
import { PushedImages } from "./sources/pushed-images.ts";
import { PushedVideo } from "./sources/pushed-video.ts";
import type { Source } from "./sources/source.ts";

/** The stream that is pushed into. */
export interface PushedInto {
  readonly limits: StreamLimits;
  /** @throws {ProtocolError} `session_closing` */
  requireOpen(): void;
  /** Whether it has a source, of whatever kind. */
  hasSource(): boolean;
  /** Starts a source. @throws {EngineError} as `StreamHandle.open` does */
  feed(source: Source): void;
  write(event: UnnumberedEvent): void;
}

/**
 * What clients push into a stream: pictures one by one, or containers in chunks. The first of them decides which, and
 * becomes the source of the stream. When something is wrong with what was pushed, an `error` event says so in the log of
 * the stream, which goes on.
 *
 * @example
 * stream.input.push(jpeg, { mediaTimeMs: 500 });
 */
export class PushedInput {
  private images: PushedImages | null = null;
  private video: PushedVideo | null = null;

  constructor(private readonly stream: PushedInto) {}

  /**
   * Takes one encoded picture that has arrived now. Its bytes must not change afterwards.
   *
   * @throws {ProtocolError} `session_closing`, or `input_conflict` where the stream has another source
   * @throws {EngineError} as `StreamHandle.open` does
   */
  push(image: Uint8Array, stamp: ImageStamp = {}): void {
    this.stream.requireOpen();
    if (this.images === null) {
      this.requireNoSource("Pictures");
      const { maxFrameBytes: maxBytes, maxFramePixels: maxPixels, ...limits } = this.stream.limits;
      const { maxPixelsPerSecond, maxCatchUpMs } = limits;
      const images = new PushedImages({ maxBytes, maxPixels, maxPixelsPerSecond, maxCatchUpMs });
      this.stream.feed(images);
      this.images = images;
    }
    this.images.push(image, stamp);
  }

  /**
   * Begins a container, whose chunks are given to `pushChunk`. `input_video.started` is written when a decoder is there.
   *
   * @param mime such as `video/webm;codecs=vp8`
   * @throws {ProtocolError} `session_closing`, `unsupported_container`, `input_open`, or `input_conflict` where the
   *   stream has another source
   * @throws {EngineError} as `StreamHandle.open` does
   */
  startVideo(mime: string): void {
    this.stream.requireOpen();
    const kind = knownKind(mime);
    if (this.video === null) {
      this.requireNoSource("Containers");
      const { maxFrameBytes: maxBytes, maxFramePixels: maxPixels, maxCatchUpMs } = this.stream.limits;
      const limits = { ...CONTAINER_LIMITS, ...this.stream.limits };
      const video = new PushedVideo({ ...limits, maxBytes, maxPixels, maxCatchUpMs });
      this.stream.feed(video);
      this.video = video;
    }
    const { expects, clock, mimes } = kind;
    this.video.begin(kind, {
      started: () => this.stream.write({ type: "input_video.started", mime: mimes[0], expects, clock }),
      stopped: (frames, mediaTimeMs) =>
        this.stream.write({ type: "input_video.stopped", frames, media_time_ms: mediaTimeMs }),
    });
  }

  /** Whether a container is open: what comes are its chunks. */
  get takesChunks(): boolean {
    return this.video?.isOpen ?? false;
  }

  /** Whether so much waits to be decoded that nothing more should be pushed for now. */
  get isFull(): boolean {
    return this.video?.isFull ?? false;
  }

  /**
   * Takes the next chunk of the open container. Its bytes must not change afterwards.
   *
   * @throws {ProtocolError} `session_closing`
   */
  pushChunk(chunk: Uint8Array): void {
    this.stream.requireOpen();
    this.video?.push(chunk);
  }

  /**
   * Ends the open container. What has come of it is decoded to its end, then `input_video.stopped` is written.
   *
   * @throws {ProtocolError} `session_closing` or `input_not_open`
   */
  stopVideo(): void {
    this.stream.requireOpen();
    if (this.video === null)
      throw new ProtocolError("input_not_open", "No container is open. Send input_video.start first.");
    this.video.finish();
  }

  /** @throws {ProtocolError} `input_conflict` */
  private requireNoSource(what: string): void {
    if (!this.stream.hasSource()) return;
    const has = this.images ? "pictures" : this.video ? "containers" : "a source of the server's own";
    throw new ProtocolError(
      "input_conflict",
      `${what} cannot be sent here: this session has ${has}. Open another session for them.`,
    );
  }
}

/** @throws {ProtocolError} `unsupported_container` */
function knownKind(mime: string): ContainerKind {
  const kind = containerKind(mime);
  if (kind !== null) return kind;
  const known = CONTAINER_KINDS.flatMap(({ mimes }) => mimes).join(", ");
  throw new ProtocolError(
    "unsupported_container",
    `Videos of the type ${JSON.stringify(mime.slice(0, 64))} are not taken. It must be one of ${known}.`,
    { param: "mime" },
  );
}
