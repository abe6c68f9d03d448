/**
 * Says for each alert whether it was raised a short while ago. An alert that is raised again meanwhile stays on for
 * longer.
 */
export class AlertSwitches {
  private readonly timers = new Map<string, NodeJS.Timeout>();

  /**
   * @param offAfterMs how long one is on (ms)
   * @param off called when one goes off, with its topic
   */
  constructor(
    private readonly offAfterMs: number,
    private readonly off: (topic: string) => void,
  ) {}

  /** Whether what happened at a time (ms since 1970) is new enough to switch something on. */
  isNew(atMs: number): boolean {
    return Date.now() - atMs < this.offAfterMs;
  }

  /** Lets a topic go off after a while. */
  on(topic: string): void {
    clearTimeout(this.timers.get(topic));
    const timer = setTimeout(() => {
      this.timers.delete(topic);
      this.off(topic);
    }, this.offAfterMs);
    this.timers.set(topic, timer.unref());
  }

  /** Forgets a topic. */
  forget(topic: string): void {
    clearTimeout(this.timers.get(topic));
    this.timers.delete(topic);
  }

  /** Forgets all topics. */
  close(): void {
    for (const topic of [...this.timers.keys()]) this.forget(topic);
  }
}
