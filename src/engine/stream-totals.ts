import type { ContextEvicted, StreamTotals } from "./events.ts";

/** The counts of a stream that has not begun. */
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

/** What a stream has counted, and how much of it was already told. */
export class TotalsCounter {
  readonly counts: { -readonly [K in keyof StreamTotals]: StreamTotals[K] } = { ...NO_TOTALS };
  private readonly told = { visualUnits: 0, textTokens: 0, atUnit: 0 };

  /** @param heldUnits units that a visual cache holds, its sink included */
  constructor(private readonly heldUnits: number) {}

  get totals(): StreamTotals {
    return { ...this.counts };
  }

  /** @param evictedUnits units that have left the visual window since the stream's start */
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

  /** @param evictedTokens tokens that have left the narrator's window since the stream's start */
  unitDone(evictedTokens: number): void {
    this.counts.textTokensEvicted = evictedTokens;
  }

  /** What has left the caches since it was last told: at the first eviction, then once a window; null else. */
  evictions(last: boolean): ContextEvicted | null {
    const { visualUnitsEvicted, textTokensEvicted, units } = this.counts;
    const visualUnits = visualUnitsEvicted - this.told.visualUnits;
    const textTokens = textTokensEvicted - this.told.textTokens;
    if (visualUnits === 0 && textTokens === 0) return null;
    const first = this.told.visualUnits === 0 && this.told.textTokens === 0;
    if (!first && !last && units - this.told.atUnit < this.heldUnits) return null;
    Object.assign(this.told, {
      visualUnits: visualUnitsEvicted,
      textTokens: textTokensEvicted,
      atUnit: units,
    });
    return { type: "context.evicted", visualUnits, textTokens };
  }
}
