import type { ContextEvicted, StreamTotals } from "./events.ts";

/** The totals of a stream that has not begun. */
export const NO_TOTALS: StreamTotals = {
  framesIn: 0,
  framesDropped: 0,
  units: 0,
  unfamiliarUnits: 0,
  thoughts: 0,
  skips: 0,
  answers: 0,
  reasoningTokens: 0,
  visualUnitsEvicted: 0,
  textTokensEvicted: 0,
};

/** Counts what happens in a stream, and decides when evictions are worth an event. */
export class TotalsCounter {
  readonly counts: { -readonly [K in keyof StreamTotals]: StreamTotals[K] } = { ...NO_TOTALS };
  private readonly emitted = { visualUnits: 0, textTokens: 0, atUnit: 0 };

  /** @param heldUnits units that the visual cache holds when it is full, its sink included */
  constructor(private readonly heldUnits: number) {}

  get totals(): StreamTotals {
    return { ...this.counts };
  }

  /** @param evictedUnits units that have left the visual window since the start of the stream */
  seen(unfamiliar: boolean, evictedUnits: number): void {
    this.counts.units++;
    if (unfamiliar) this.counts.unfamiliarUnits++;
    this.counts.visualUnitsEvicted = evictedUnits;
  }

  thought(skipped: boolean, tokens: number): void {
    if (skipped) this.counts.skips++;
    else this.counts.thoughts++;
    this.counts.reasoningTokens += tokens;
  }

  /** @param evictedTokens tokens that have left the narrator's text window since the start of the stream */
  unitDone(evictedTokens: number): void {
    this.counts.textTokensEvicted = evictedTokens;
  }

  /**
   * What has left the caches since the last such event: at the first eviction, then once for every full window of
   * units. Null when it is not time for an event yet.
   *
   * @param last whether the stream ends, so that the event cannot wait
   */
  evictions(last: boolean): ContextEvicted | null {
    const { visualUnitsEvicted, textTokensEvicted, units } = this.counts;
    const visualUnits = visualUnitsEvicted - this.emitted.visualUnits;
    const textTokens = textTokensEvicted - this.emitted.textTokens;
    if (visualUnits === 0 && textTokens === 0) return null;
    const first = this.emitted.visualUnits === 0 && this.emitted.textTokens === 0;
    if (!first && !last && units - this.emitted.atUnit < this.heldUnits) return null;
    Object.assign(this.emitted, {
      visualUnits: visualUnitsEvicted,
      textTokens: textTokensEvicted,
      atUnit: units,
    });
    return { type: "context.evicted", visualUnits, textTokens };
  }
}
