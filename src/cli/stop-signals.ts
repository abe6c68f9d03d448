import { isatty } from "node:tty";

/**
 * Resolves at the first SIGINT (Ctrl-C) or SIGTERM. A SIGHUP asks for the configuration to be read again, where there is
 * one. But where the terminal was closed, nobody can see the server any more, and it ends. So it does where there is
 * nothing to read again. A second signal that ends it ends the process at once.
 *
 * @param onReload null: there is no configuration
 */
export function untilStopped(onReload: (() => void) | null): Promise<void> {
  const hadTerminal = isatty(0);
  return new Promise((resolve) => {
    const stop = () => {
      process.off("SIGINT", stop).off("SIGTERM", stop).off("SIGHUP", hangUp);
      resolve();
    };
    const hangUp = () => {
      // A terminal that was closed is none any more.
      if (onReload === null || (hadTerminal && !isatty(0))) stop();
      else onReload();
    };
    process.on("SIGINT", stop).on("SIGTERM", stop).on("SIGHUP", hangUp);
  });
}
