/** How far a transfer is. */
export interface Transfer {
  /** What is being transferred now: the path of a file. */
  readonly file: string;
  /** Bytes of all that is transferred. */
  readonly total: number;
  /** Bytes that are there, those of earlier tries included. */
  readonly done: number;
  /** Bytes a second over the last seconds; null: not known yet. */
  readonly bytesPerS: number | null;
  /** Seconds until all is there; null: not known yet. */
  readonly secondsLeft: number | null;
}

/** Over so long a speed is measured (ms). */
const WINDOW_MS = 10_000;
const LEAST_MS = 500;

/** Counts the bytes of a transfer and measures its speed. */
export class TransferMeter {
  private done = 0;
  private received = 0;
  private file = "";
  private samples: { readonly at: number; readonly received: number }[] = [];

  /**
   * @param total bytes
   * @param tell called after every change
   * @param now ms
   */
  constructor(
    readonly total: number,
    private readonly tell: (transfer: Transfer) => void = () => {},
    private readonly now: () => number = () => performance.now(),
  ) {}

  begin(file: string): void {
    this.file = file;
    this.report();
  }

  /** Bytes that were there already; negative: they had to be thrown away. */
  kept(bytes: number): void {
    this.done += bytes;
    this.report();
  }

  /** All bytes that are there now, none of which were there at the beginning. */
  reached(bytes: number): void {
    this.came(bytes - this.done);
  }

  /** Bytes that have come now. */
  came(bytes: number): void {
    this.done += bytes;
    this.received += bytes;
    this.report();
  }

  private report(): void {
    const at = this.now();
    const last = this.samples.at(-1);
    if (last === undefined || at - last.at >= LEAST_MS / 5)
      this.samples.push({ at, received: this.received });
    while (this.samples.length > 2 && at - this.samples[1]!.at > WINDOW_MS) this.samples.shift();
    const first = this.samples[0]!;
    const ms = at - first.at;
    const bytesPerS = ms < LEAST_MS ? null : ((this.received - first.received) / ms) * 1000;
    const { file, total, done } = this;
    const secondsLeft = bytesPerS === null || bytesPerS === 0 ? null : (total - done) / bytesPerS;
    this.tell({ file, total, done, bytesPerS, secondsLeft });
  }
}
