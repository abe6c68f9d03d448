import type { PromptTokens } from "../../engine/mod.ts";
import type { Usage } from "./client/mod.ts";

/** What the requests of one task took together (tokens). */
export class UsageSum {
  /** Tokens that were generated. */
  generated = 0;
  private requests = 0;
  private prefilled = 0;
  private cached: number | null = null;

  add({ prompt, cached, generated }: Usage): void {
    this.requests++;
    this.generated += generated;
    this.prefilled += prompt - (cached ?? 0);
    if (cached !== null) this.cached = (this.cached ?? 0) + cached;
  }

  /** null: the server counted none of them. */
  get prompt(): PromptTokens | null {
    const isCounted = this.prefilled > 0 || this.cached !== null;
    if (this.requests > 0 && !isCounted) return null;
    return { prefilled: this.prefilled, cached: this.cached };
  }
}
