/** How much a pushed container may cost. These are part of the server's limits. */
export interface ContainerLimits {
  /** Most bytes of a container's header, and of a fragment's index. */
  readonly maxContainerHeaderBytes: number;
  /** Bytes that may wait for the decoder. With more, nothing more should be read from the client. */
  readonly maxDecoderBacklogBytes: number;
  /** How often the decoder of a container may be started again in a minute. */
  readonly maxDecoderRestarts: number;
  /** Longest time from a container's first bytes to its first picture (ms). */
  readonly maxFirstPictureMs: number;
  /** How long a decoder for which something waits may do nothing (ms). */
  readonly decoderTimeoutMs: number;
}

export const CONTAINER_LIMITS: ContainerLimits = {
  maxContainerHeaderBytes: 1024 * 1024,
  maxDecoderBacklogBytes: 4 * 1024 * 1024,
  maxDecoderRestarts: 5,
  maxFirstPictureMs: 15_000,
  decoderTimeoutMs: 10_000,
};
