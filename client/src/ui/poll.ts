/** What tells whether anybody can see the page; a `Document` is one. */
export interface Page extends Pick<EventTarget, "addEventListener" | "removeEventListener"> {
  readonly hidden: boolean;
}

/** Does something again and again: never twice at once, and not while the page is hidden. */
export class Poll {
  private isOn = false;
  private isBusy = false;
  private isDueAgain = false;
  private timer: ReturnType<typeof setTimeout> | undefined;

  /**
   * @param task never fails
   * @param everyMs from one beginning to the next. A task that takes longer than half of it is followed by a pause all the same.
   */
  constructor(
    private readonly task: () => Promise<void>,
    private readonly everyMs: () => number,
    private readonly page: Page = document,
  ) {}

  start(): void {
    if (this.isOn) return;
    this.isOn = true;
    this.page.addEventListener("visibilitychange", this.now);
    this.now();
  }

  stop(): void {
    this.isOn = false;
    clearTimeout(this.timer);
    this.page.removeEventListener("visibilitychange", this.now);
  }

  /** Does it at once, or right behind what is being done now. */
  readonly now = (): void => {
    clearTimeout(this.timer);
    if (!this.isOn || this.page.hidden) return;
    if (this.isBusy) this.isDueAgain = true;
    else void this.turn();
  };

  private async turn(): Promise<void> {
    const startedMs = performance.now();
    this.isBusy = true;
    try {
      await this.task();
    } finally {
      this.isBusy = false;
      const everyMs = this.everyMs();
      const waitMs = this.isDueAgain ? 0 : everyMs - (performance.now() - startedMs);
      const leastMs = this.isDueAgain ? 0 : everyMs / 2;
      this.isDueAgain = false;
      if (this.isOn && !this.page.hidden) this.timer = setTimeout(this.now, Math.max(waitMs, leastMs));
    }
  }
}
