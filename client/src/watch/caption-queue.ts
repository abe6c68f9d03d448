/** What the caption shows at a moment. */
export interface CaptionState<Item> {
  readonly item: Item;
  /** How much of it is revealed, from 0 to 1. */
  readonly revealed: number;
  /** It has stood for long, and nothing newer has come. */
  readonly isOld: boolean;
  /** When this changes by itself (ms); null: not before something else comes. */
  readonly changesAtMs: number | null;
}

const REVEAL_MS = 600;
/** When more wait than a person could read, the newest is what counts. */
const QUICK_REVEAL_MS = 200;
const MOST_WAITING = 2;
/** How long something stands whole before the next takes its place. */
const WHOLE_MS = 2000;
/** How long the next one waits at most. */
const PATIENCE_MS = 2000;
const OLD_AFTER_MS = 6000;

/**
 * Gives thoughts that come as they come the time to be read: each is revealed, and stands whole for two seconds, unless the
 * next one has waited for so long. When more than two wait, all but the newest are left out.
 *
 * @example
 * const queue = new CaptionQueue<string>();
 * queue.push("a red car enters", 0);
 * queue.at(300); // half of it is revealed
 */
export class CaptionQueue<Item> {
  private shown: { readonly item: Item; readonly sinceMs: number; readonly revealMs: number } | null = null;
  private waiting: { readonly item: Item; readonly sinceMs: number }[] = [];

  /** @param nowMs any monotonic clock, the same in all calls */
  push(item: Item, nowMs: number): void {
    this.waiting.push({ item, sinceMs: nowMs });
  }

  /** What is shown at a moment. Moments must not go backwards. null: nothing has come yet. */
  at(nowMs: number): CaptionState<Item> | null {
    for (let fromMs = this.nextFromMs(); fromMs !== null && fromMs <= nowMs; fromMs = this.nextFromMs())
      this.showNext(fromMs);
    if (this.shown === null) return null;
    const { item, sinceMs, revealMs } = this.shown;
    const revealed = Math.min(1, (nowMs - sinceMs) / revealMs);
    const oldAtMs = sinceMs + revealMs + OLD_AFTER_MS;
    const isOld = nowMs >= oldAtMs;
    return { item, revealed, isOld, changesAtMs: this.nextFromMs() ?? (isOld ? null : oldAtMs) };
  }

  /** When the next one takes its turn (ms); null: none waits. */
  private nextFromMs(): number | null {
    const [next] = this.waiting;
    if (next === undefined) return null;
    if (this.shown === null) return next.sinceMs;
    const crowdedAtMs = this.waiting[MOST_WAITING]?.sinceMs ?? Number.POSITIVE_INFINITY;
    const wholeUntilMs = this.shown.sinceMs + this.shown.revealMs + WHOLE_MS;
    // It came when it came, however late this is asked.
    return Math.max(next.sinceMs, Math.min(wholeUntilMs, next.sinceMs + PATIENCE_MS, crowdedAtMs));
  }

  private showNext(fromMs: number): void {
    const isCrowded = (this.waiting[MOST_WAITING]?.sinceMs ?? Number.POSITIVE_INFINITY) <= fromMs;
    const ready = isCrowded ? this.waiting.filter(({ sinceMs }) => sinceMs <= fromMs).length : 1;
    const { item } = this.waiting[ready - 1]!;
    this.waiting = this.waiting.slice(ready);
    this.shown = { item, sinceMs: fromMs, revealMs: isCrowded ? QUICK_REVEAL_MS : REVEAL_MS };
  }
}
