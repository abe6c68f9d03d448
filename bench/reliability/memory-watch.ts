/** Looks at the memory of a process again and again. */
export class MemoryWatch {
  private readonly seen: number[] = [];
  private readonly timer: NodeJS.Timeout;

  private constructor(read: () => Promise<number>, everyMs: number) {
    this.timer = setInterval(() => void read().then((mib) => this.seen.push(mib)), everyMs);
  }

  /**
   * @param read how much it is (MiB)
   * @param everyMs time between two looks (ms)
   */
  static start(read: () => Promise<number>, everyMs: number): MemoryWatch {
    return new MemoryWatch(read, everyMs);
  }

  stop(): void {
    clearInterval(this.timer);
  }

  /** The mean of each third of the time so far (MiB). */
  thirds(): [number, number, number] {
    const third = Math.floor(this.seen.length / 3);
    const mean = (from: number) =>
      this.seen.slice(from, from + third).reduce((sum, mib) => sum + mib, 0) / third;
    return [mean(0), mean(third), mean(2 * third)];
  }
}
