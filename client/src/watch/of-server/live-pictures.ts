import { signal } from "@preact/signals";
import { ClientError, type Snapshot } from "../../../lib/mod.ts";
import { server } from "../../app/access.ts";
import { Poll } from "../../ui/poll.ts";

/** The newest picture, and when this page had it first. */
export interface LivePicture {
  /** For `<img>`; it is released when a newer picture takes its place. */
  readonly url: string;
  readonly snapshot: Snapshot;
  /** `performance.now()`, ms */
  readonly gotAtMs: number;
}

/** The newest picture of one stream, again and again. */
export class LivePictures {
  /** null: none yet. */
  readonly shown = signal<LivePicture | null>(null);
  /** How long there has been no newer one (ms). */
  readonly ageMs = signal(0);
  private isOver = false;
  private readonly poll: Poll;

  /**
   * @param side longest side (px)
   * @param everyMs how often one is wanted
   */
  constructor(
    private readonly id: string,
    private readonly side: () => number,
    everyMs: () => number,
  ) {
    this.poll = new Poll(() => this.fetch(), everyMs);
  }

  /** Fetches pictures until the returned function is called. */
  start(): () => void {
    this.poll.start();
    return () => this.poll.stop();
  }

  /** Releases the last one; no other follows. */
  forget(): void {
    this.isOver = true;
    const last = this.shown.peek();
    if (last !== null) URL.revokeObjectURL(last.url);
  }

  private async fetch(): Promise<void> {
    const before = this.shown.peek();
    try {
      const { streams } = server.peek();
      const snapshot = await streams.newerSnapshot(this.id, before?.snapshot ?? null, { side: this.side() });
      if (this.isOver) return;
      if (snapshot !== null && snapshot.mediaTimeMs !== before?.snapshot.mediaTimeMs) {
        const url = URL.createObjectURL(snapshot.picture);
        this.shown.value = { url, snapshot, gotAtMs: performance.now() };
        if (before !== null) URL.revokeObjectURL(before.url);
      }
    } catch (error) {
      // There is none yet, or the stream has ended: the list of streams tells. The last picture stays, and says its age.
      if (!(error instanceof ClientError)) throw error;
    }
    const shown = this.shown.peek();
    if (shown !== null) this.ageMs.value = performance.now() - shown.gotAtMs;
  }
}
