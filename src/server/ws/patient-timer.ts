/** A timer that goes off later than this (ms) does so because the whole process stood still. */
export const STOOD_STILL_MS = 1000;

/**
 * A timer that waits for something from outside. It does not count time in which this process stood still itself: what
 * came meanwhile has not been read yet when its timers go off, so it waits once more from the beginning.
 */
export class PatientTimer {
  private readonly timer: NodeJS.Timeout;
  private dueMs: number;
  private isStopped = false;

  constructor(
    private readonly ms: number,
    work: () => void,
  ) {
    this.dueMs = performance.now() + ms;
    this.timer = setTimeout(() => {
      if (performance.now() - this.dueMs > STOOD_STILL_MS) this.refresh();
      else work();
    }, ms).unref();
  }

  /** Begins again, also when it has gone off. */
  refresh(): void {
    // Node would start a timer again that was cleared.
    if (this.isStopped) return;
    this.dueMs = performance.now() + this.ms;
    this.timer.refresh();
  }

  /** Stops it for good. */
  stop(): void {
    this.isStopped = true;
    clearTimeout(this.timer);
  }
}
