import type { PromptTokens } from "../engine/mod.ts";
import type { SessionStats } from "../protocol/mod.ts";
import { SlidingWindow } from "./sliding-window.ts";

/** What one kind of thinking costs, as tokens a minute over a sliding window. Times are monotonic (ms). */
export class UsageCounter {
  private readonly prefilled: SlidingWindow;
  private readonly cached: SlidingWindow;
  private readonly generated: SlidingWindow;
  private isPrefillKnown = false;
  private isCacheKnown = false;

  constructor(windowMs: number, samples: number) {
    this.prefilled = new SlidingWindow(windowMs, samples);
    this.cached = new SlidingWindow(windowMs, samples);
    this.generated = new SlidingWindow(windowMs, samples);
  }

  /** @param prompt null when the backend does not count the tokens of prompts */
  add(nowMs: number, generated: number, prompt: PromptTokens | null): void {
    this.generated.add(nowMs, generated);
    // A unit for which nothing was asked says nothing of what the backend counts.
    if (prompt === null || (prompt.prefilled === 0 && prompt.cached === null)) return;
    this.isPrefillKnown = true;
    this.prefilled.add(nowMs, prompt.prefilled);
    if (prompt.cached === null) return;
    this.isCacheKnown = true;
    this.cached.add(nowMs, prompt.cached);
  }

  rates(nowMs: number): SessionStats["usage"]["narrator"] {
    const perMinute = (tokens: SlidingWindow) => 60 * tokens.perSecond(nowMs);
    return {
      prefilled_per_minute: this.isPrefillKnown ? perMinute(this.prefilled) : null,
      cached_per_minute: this.isCacheKnown ? perMinute(this.cached) : null,
      generated_per_minute: perMinute(this.generated),
    };
  }
}
