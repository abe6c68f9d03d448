import type { Frame } from "../ingest/mod.ts";
import type { ListenedStream } from "../streams/mod.ts";
import type { HistorySettings } from "./history-schema.ts";

/** Longest side of a picture that is kept (px). */
const SIDE = 320;

/** Least time between two pictures of one stream (ms). An alert is seldom, and one wants to see it. */
const LEAST_MS = { thought: 5_000, alert: 1_000 } as const;

/** Most pictures that are made at once. With more, one is left out. */
const AT_ONCE = { thought: 2, alert: 8 } as const;

/** What a picture is kept with. Each has a rate of its own, because an alert comes right behind the thought that raises it. */
type Why = keyof typeof LEAST_MS;

interface Taken {
  readonly frame: Frame;
  readonly atMs: number;
  /** null: it could not be made. */
  readonly jpeg: Promise<Uint8Array | null>;
}

/** Makes the small pictures that are kept, within a rate. A picture of a stream has its mask already. */
export class Snapshots {
  private readonly taken = new WeakMap<ListenedStream, Partial<Record<Why, Taken>>>();
  private making = 0;

  /** @param onFault told of a picture that could not be made */
  constructor(
    private readonly which: HistorySettings["pictures"],
    private readonly onFault: (error: unknown) => void,
  ) {}

  /** The newest picture of a stream, small; null: none is to be kept now. Never rejects. */
  async take(stream: ListenedStream, why: Why): Promise<Uint8Array | null> {
    const { newestFrame: frame } = stream;
    if (frame === null || this.which === "none" || (this.which === "alerts" && why !== "alert")) return null;
    const last = this.taken.get(stream) ?? {};
    // Two alerts of one moment have the same picture.
    const same = Object.values(last).find((each) => each.frame === frame);
    if (why === "alert" && same !== undefined) return await same.jpeg;
    const atMs = performance.now();
    const isTooSoon = last[why] !== undefined && atMs - last[why].atMs < LEAST_MS[why];
    if (isTooSoon || this.making >= AT_ONCE[why]) return null;
    const jpeg = same?.jpeg ?? this.make(frame);
    this.taken.set(stream, { ...last, [why]: { frame, atMs, jpeg } });
    return await jpeg;
  }

  private async make(frame: Frame): Promise<Uint8Array | null> {
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
