import { constants } from "node:os";

/** Signals that end a pull: Ctrl-C, and what `kill` sends. */
const INTERRUPTS = ["SIGINT", "SIGTERM"] as const;

/** A signal has ended what was under way. What is to be said of it has been said. */
export class Interrupted extends Error {
  override readonly name = "Interrupted";
  /** What a shell reports of a process that a signal has ended. */
  readonly exitCode: number;

  constructor(signal: NodeJS.Signals) {
    super(`Interrupted by ${signal}.`);
    this.exitCode = 128 + constants.signals[signal];
  }
}

/**
 * Does something that a signal ends.
 *
 * @param tell called at once when that happens, before other handlers of the signal
 * @throws {Interrupted} when it has happened
 */
export async function untilInterrupted<T>(
  act: (signal: AbortSignal) => Promise<T>,
  tell: () => void,
): Promise<T> {
  const stop = new AbortController();
  const interrupt = (signal: NodeJS.Signals) => {
    tell();
    stop.abort(new Interrupted(signal));
  };
  for (const signal of INTERRUPTS) process.prependOnceListener(signal, interrupt);
  try {
    return await act(stop.signal);
  } finally {
    for (const signal of INTERRUPTS) process.off(signal, interrupt);
  }
}
