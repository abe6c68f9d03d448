import type { EngineEvent } from "../../src/engine/mod.ts";
import { collectGarbage } from "../../src/worker/mod.ts";
import { type Percentiles, percentiles, type Spread, spread } from "../lib/statistics.ts";

/** A part of a long stream (ms and MiB). */
export interface Bucket {
  readonly ttft: Percentiles;
  readonly reasoned: Percentiles;
  readonly encoded: Percentiles;
  /** Resident memory of the whole process; the workers' garbage counts. */
  readonly rssMiB: Spread;
  /** The main thread's heap, without garbage. */
  readonly heapMiB: Spread;
}

/** Memory is looked at so often in a bucket. */
const LOOKS = 20;

/** Latency and memory of a long stream, bucket by bucket. Itself of constant size but for a line a bucket. */
export class EnduranceLog {
  readonly buckets: Bucket[] = [];
  /** Units that were not encoded again, as nothing had changed. */
  still = 0;
  private current = emptyBucket();

  /**
   * @param units of a bucket
   * @param onBucket is told when one is full, with how many are
   */
  constructor(
    private readonly units: number,
    private readonly onBucket: (full: number) => void,
  ) {}

  note(event: EngineEvent): void {
    const { current } = this;
    if (event.type === "unit.seen") {
      current.encoded.push(event.encoded.finishedAtMs - event.encoded.startedAtMs);
      if (event.still) this.still++;
    } else if (event.type === "thought.done") {
      current.ttft.push(event.ttftMs);
      current.reasoned.push(event.reasoned.finishedAtMs - event.reasoned.startedAtMs);
      if (current.ttft.length % Math.ceil(this.units / LOOKS) === 0) this.lookAtMemory();
      if (current.ttft.length === this.units) this.close();
    }
  }

  private lookAtMemory(): void {
    collectGarbage();
    const { rss, heapUsed } = process.memoryUsage();
    this.current.rss.push(rss / 2 ** 20);
    this.current.heap.push(heapUsed / 2 ** 20);
  }

  private close(): void {
    const { ttft, reasoned, encoded, rss, heap } = this.current;
    if (rss.length === 0) this.lookAtMemory();
    this.buckets.push({
      ttft: percentiles(ttft),
      reasoned: percentiles(reasoned),
      encoded: percentiles(encoded),
      rssMiB: spread(rss),
      heapMiB: spread(heap),
    });
    this.current = emptyBucket();
    this.onBucket(this.buckets.length);
  }
}

function emptyBucket() {
  const list = (): number[] => [];
  return { ttft: list(), reasoned: list(), encoded: list(), rss: list(), heap: list() };
}
