import { type ReadonlySignal, type Signal, signal } from "@preact/signals";
import { ClientError, type Snapshot, type StreamObject } from "../../lib/mod.ts";
import { server } from "../app/access.ts";
import type { OnScreen } from "./on-screen.ts";
import { PictureRounds } from "./picture-rounds.ts";

/** A larger one would show no more on a card (px). */
const MOST_SIDE = 960;
const LEAST_SIDE = 160;

export interface ShownPicture {
  /** For `<img>`; it is released when a newer picture takes its place. */
  readonly url: string;
  readonly snapshot: Snapshot;
}

/** The newest picture of each stream, as far as it can be seen. Nothing is fetched that is on the screen already. */
export class WallPictures {
  private readonly shown = new Map<string, Signal<ShownPicture | null>>();
  /** Media time of the newest picture when it was last asked for. */
  private readonly askedFor = new Map<string, number>();
  private readonly newest = new Map<string, number>();
  private readonly rounds = new PictureRounds((id) => this.fetch(id));
  private onScreen: OnScreen | null = null;

  /** null: none yet. */
  of(id: string): ReadonlySignal<ShownPicture | null> {
    return this.signalOf(id);
  }

  /** Fetches what is newer than what is shown. */
  look(streams: readonly StreamObject[], onScreen: OnScreen): void {
    this.onScreen = onScreen;
    this.newest.clear();
    for (const { id, newest_media_time_ms: newest } of streams)
      if (newest !== null) this.newest.set(id, newest);
    for (const id of this.shown.keys()) if (!streams.some((stream) => stream.id === id)) this.forget(id);
    this.rounds.begin(
      [...this.newest].filter(([id, at]) => onScreen.has(id) && this.isNewer(id, at)).map(([id]) => id),
    );
  }

  /** Fetches no more until the next look. */
  stop(): void {
    this.rounds.stop();
  }

  private isNewer(id: string, mediaTimeMs: number): boolean {
    const { value } = this.signalOf(id);
    return mediaTimeMs !== value?.snapshot.mediaTimeMs && mediaTimeMs !== this.askedFor.get(id);
  }

  private async fetch(id: string): Promise<void> {
    const side = Math.min(MOST_SIDE, Math.max(LEAST_SIDE, this.onScreen?.pixelsOf(id) ?? 0));
    const asked = this.newest.get(id);
    if (asked !== undefined) this.askedFor.set(id, asked);
    try {
      const known = this.signalOf(id).peek()?.snapshot ?? null;
      const snapshot = await server.peek().streams.newerSnapshot(id, known, { side });
      if (snapshot !== null && this.newest.has(id)) this.show(id, snapshot);
    } catch (error) {
      // The stream may have ended meanwhile, or the server be gone. The list, which comes each second, tells that.
      if (!(error instanceof ClientError)) throw error;
    }
  }

  private show(id: string, snapshot: Snapshot): void {
    const shown = this.signalOf(id);
    const before = shown.peek();
    shown.value = { url: URL.createObjectURL(snapshot.picture), snapshot };
    if (before !== null) URL.revokeObjectURL(before.url);
  }

  private forget(id: string): void {
    const before = this.shown.get(id)?.peek();
    if (before) URL.revokeObjectURL(before.url);
    this.shown.delete(id);
    this.askedFor.delete(id);
  }

  private signalOf(id: string): Signal<ShownPicture | null> {
    const known = this.shown.get(id) ?? signal<ShownPicture | null>(null);
    this.shown.set(id, known);
    return known;
  }
}
