import { signal } from "@preact/signals";
import type { ServerEvent, SessionStats } from "../../../src/protocol/server-events.ts";
import type { CacheContent } from "./cache-cells.ts";
import { Evictions } from "./evictions.ts";

/** One cache as it is now, with what has left it since the beginning. */
export type CacheNow = CacheContent & { readonly evicted: number };

/** Both caches of a stream. `unknown`: its model does not tell. null: nothing has come yet. */
export interface CachesNow {
  readonly visual: CacheNow | "unknown" | null;
  readonly text: CacheNow | "unknown" | null;
}

/** Keeps what the figures of a stream say of its caches. */
export class CacheState {
  readonly now = signal<CachesNow>({ visual: null, text: null });
  private visual = new Evictions();
  private text = new Evictions();

  hear(event: ServerEvent): void {
    if (event.type === "session.created") {
      this.visual = new Evictions();
      this.text = new Evictions();
      this.now.value = { visual: null, text: null };
    } else if (event.type === "session.stats") this.take(event.stats);
  }

  /** Takes the newest figures. */
  take(stats: SessionStats): void {
    this.now.value = this.of(stats);
  }

  private of({ caches, uptime_ms: atMs, units, thoughts, skips }: SessionStats): CachesNow {
    const { visual = null, text = null } = caches ?? {};
    return {
      visual: visual
        ? {
            sink: visual.sink_units,
            held: visual.held_units,
            window: visual.window_units,
            evicted: visual.evicted_units,
            justLeft: this.visual.hear(atMs, visual.evicted_units),
          }
        : unknownAfter(units),
      text: text
        ? {
            sink: null,
            held: text.held_tokens,
            window: text.window_tokens,
            evicted: text.evicted_tokens,
            justLeft: this.text.hear(atMs, text.evicted_tokens),
          }
        : unknownAfter(thoughts + skips),
    };
  }
}

/** Once there is something that it would hold, a cache that is not told is not known. */
function unknownAfter(count: number): "unknown" | null {
  return count > 0 ? "unknown" : null;
}
