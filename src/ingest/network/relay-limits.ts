/** What one source with a network policy may take of this machine. */
export interface RelayLimits {
  /** Mean bytes a second that it may send. What comes faster has to wait. Default: 16 MiB. */
  readonly bytesPerSecond: number;
  /** Most bytes of the header of an answer. Default: 16 KiB. */
  readonly headerBytes: number;
  /** Most bytes of a playlist or of a camera's description. Default: 4 MiB. */
  readonly textBytes: number;
  /** Most connections at a time. Default: 16. */
  readonly connections: number;
  /** Longest time until a server answers (ms). Default: 15 000. */
  readonly answerMs: number;
  /** Most redirections, one after the other. Default: 5. */
  readonly redirections: number;
}

export const RELAY_LIMITS: RelayLimits = {
  bytesPerSecond: 16 * 2 ** 20,
  headerBytes: 16 * 2 ** 10,
  textBytes: 4 * 2 ** 20,
  connections: 16,
  answerMs: 15_000,
  redirections: 5,
};
