interface Job {
  readonly isWanted: () => boolean;
  readonly start: () => void;
  readonly skip: () => void;
}

/**
 * Runs the decoding of all streams, a few jobs at a time, in the order in which they were asked for. It is fair: a stream
 * asks for its next picture only when it has the one before, so everybody else's comes in between.
 */
export class DecodeQueue {
  private readonly waiting: Job[] = [];
  private running = 0;

  /**
   * @param most jobs that run at the same time
   * @param rest for how long a place stays empty after a job, as a multiple of the time that the job took
   */
  constructor(
    private readonly most: number,
    private readonly rest = 0,
  ) {}

  /**
   * Runs a job when it is its turn.
   *
   * @param isWanted asked when its turn has come
   * @returns what the job returns; null when it was not wanted any more
   */
  async run<T>(job: () => Promise<T>, isWanted: () => boolean): Promise<T | null> {
    const hasTurn = await new Promise<boolean>((resolve) => {
      this.waiting.push({ isWanted, start: () => resolve(true), skip: () => resolve(false) });
      this.next();
    });
    if (!hasTurn) return null;
    const startedAtMs = performance.now();
    try {
      return await job();
    } finally {
      const restMs = this.rest * (performance.now() - startedAtMs);
      if (restMs === 0) this.leave();
      else setTimeout(() => this.leave(), restMs);
    }
  }

  private leave(): void {
    this.running--;
    this.next();
  }

  private next(): void {
    while (this.running < this.most) {
      const job = this.waiting.shift();
      if (job === undefined) return;
      if (!job.isWanted()) job.skip();
      else {
        this.running++;
        job.start();
      }
    }
  }
}

/**
 * The queues of this process. Pictures that cost much have one of their own, so that small ones never wait for them.
 * Together they leave a thread of libuv's pool (four) for everything else that needs one. The large ones take a third of a core
 * at most, because seeing and thinking need the cores.
 */
export const DECODE_QUEUES = { small: new DecodeQueue(2), large: new DecodeQueue(1, 2) } as const;

/** From this cost on a picture counts as large, see `ImageHeader.cost`: 4 million pixels of a plain JPEG take 10 to 25 ms. */
export const LARGE_COST = 4_000_000;
