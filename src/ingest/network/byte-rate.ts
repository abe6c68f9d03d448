import { setTimeout as sleep } from "node:timers/promises";
import { TokenBucket } from "../token-bucket.ts";

/** Holds what comes in to a number of bytes a second, by reading no more for a while. A second may come at once. */
export class ByteRate {
  private readonly bucket: TokenBucket;

  constructor(
    bytesPerSecond: number,
    private readonly stop: AbortSignal,
  ) {
    this.bucket = new TokenBucket({ perSecond: bytesPerSecond, most: bytesPerSecond });
  }

  /** Gives the parts on, each as soon as the rate allows it. */
  async *hold<T extends Uint8Array>(parts: AsyncIterable<T>): AsyncGenerator<T> {
    for await (const part of parts) {
      const waitMs = this.bucket.waitMs(performance.now());
      if (waitMs > 0) await sleep(waitMs, undefined, { signal: this.stop });
      this.bucket.spend(part.length, performance.now());
      yield part;
    }
  }
}
