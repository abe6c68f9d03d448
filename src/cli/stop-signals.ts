import { isatty } from "node:tty";

/**
 * Signals that ask a running server to end, or to read its configuration again: SIGINT (Ctrl-C) and SIGTERM end it. SIGHUP
 * asks for the configuration, where there is one. But where the terminal was closed, nobody can see the server any more,
 * and it ends. So it does where there is nothing to read again.
 *
 * Made before the server starts: a SIGHUP that comes until then is not lost, while Ctrl-C still ends the process at once.
 */
export class StopSignals {
  private readonly hadTerminal = isatty(0);
  private reload: (() => void) | null = null;
  private stop: (() => void) | null = null;
  /** There was a SIGHUP before the server was there. */
  private isReloadDue = false;

  /** @param canReload whether there is a configuration */
  constructor(private readonly canReload: boolean) {
    if (canReload) process.on("SIGHUP", this.hangUp);
  }

  /**
   * Resolves when the server is to end. A second signal then ends the process at once.
   *
   * @param reload reads the configuration again
   */
  untilStopped(reload: () => void): Promise<void> {
    return new Promise((resolve) => {
      this.reload = reload;
      this.stop = () => {
        this.close();
        resolve();
      };
      process.on("SIGINT", this.stop).on("SIGTERM", this.stop);
      if (!this.canReload) process.on("SIGHUP", this.stop);
      if (this.isReloadDue) this.hangUp();
    });
  }

  /** Leaves all signals to Node again. */
  close(): void {
    process.off("SIGHUP", this.hangUp);
    if (this.stop !== null)
      process.off("SIGINT", this.stop).off("SIGTERM", this.stop).off("SIGHUP", this.stop);
  }

  private readonly hangUp = () => {
    // A terminal that was closed is none any more.
    const isAlone = this.hadTerminal && !isatty(0);
    if (this.stop === null || this.reload === null) {
      if (isAlone) process.exit(129);
      this.isReloadDue = true;
    } else if (isAlone) this.stop();
    else this.reload();
  };
}
