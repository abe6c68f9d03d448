import type { Frame } from "../ingest/mod.ts";
import type { ListenedStream } from "../streams/mod.ts";
import type { HistorySettings } from "./history-schema.ts";

/** Longest side of a picture that is kept (px). */
const SIDE = 320;

/** Least time between two pictures of one stream (ms). An alert is seldom, and one wants to see it. */
const LEAST_MS = { thought: 5_000, alert: 1_000 } as const;

/** Most pictures that are made at once. With more, one is left out. */
const AT_ONCE = 2;

/** Makes the small pictures that are kept, within a rate. A picture of a stream has its mask already. */
export class Snapshots {
  private readonly last = new WeakMap<ListenedStream, { readonly frame: Frame; readonly atMs: number }>();
  private making = 0;

  /** @param onFault told of a picture that could not be made */
  constructor(
    private readonly which: HistorySettings["pictures"],
    private readonly onFault: (error: unknown) => void,
  ) {}

  /** The newest picture of a stream, small; null: none is to be kept now. Never rejects. */
  async take(stream: ListenedStream, why: "thought" | "alert"): Promise<Uint8Array | null> {
    const { newestFrame: frame } = stream;
    if (frame === null || this.which === "none" || (this.which === "alerts" && why !== "alert")) return null;
    const nowMs = performance.now();
    const last = this.last.get(stream);
    if (this.making >= AT_ONCE || (last !== undefined && nowMs - last.atMs < LEAST_MS[why])) return null;
    this.last.set(stream, { frame, atMs: nowMs });
    this.making++;
    try {
      return await frame.jpeg(SIDE);
    } catch (error) {
      this.onFault(error);
      return null;
    } finally {
      this.making--;
    }
  }
}
