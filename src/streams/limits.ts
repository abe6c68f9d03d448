import type { ContainerLimits } from "../ingest/mod.ts";

/** How much a stream's event log holds for listeners that come late. */
export interface LogLimits {
  /** Most bytes of the events of a stream, as JSON. */
  readonly maxLogBytes: number;
  /** How long an event is held (ms). */
  readonly maxLogAgeMs: number;
}

/** The defaults. 1 MiB holds more than four minutes of a busy street with two thoughts a second. */
export const LOG_LIMITS: LogLimits = { maxLogBytes: 1024 * 1024, maxLogAgeMs: 10 * 60_000 };

/** How much one stream may send. These are part of the server's limits. Those of containers have `CONTAINER_LIMITS`. */
export interface StreamLimits extends LogLimits, Partial<ContainerLimits> {
  /** Most frames a second that are looked at, if the model's own rate is not lower. */
  readonly maxFps: number;
  /** Most bytes of one encoded picture. */
  readonly maxFrameBytes: number;
  /** Most pixels of one picture (width × height). */
  readonly maxFramePixels: number;
  /** Most pixels of pictures that are decoded in a second, as plain JPEGs; others cost more. */
  readonly maxPixelsPerSecond: number;
  /** How much media time a client's pictures may gain on their arrival, after a pause (ms). */
  readonly maxCatchUpMs: number;
  /** Most frames that may wait for vision. */
  readonly maxInflight: number;
  /** How long a client may send nothing before its session ends (ms). */
  readonly idleTimeoutMs: number;
}
