import type { UnitDone, UnitSeenReport } from "./backend.ts";

/** What the two caches of a stream hold, as its backend has reported last. */
export interface StreamCaches {
  /** C_v; null before the first unit, and when the backend does not know. */
  readonly visual: {
    /** Units at the start of the stream that are held and never leave. */
    readonly sinkUnits: number;
    /** Most units that the window can hold. */
    readonly windowUnits: number;
    /** Units in the window. */
    readonly heldUnits: number;
    /** Units that have left the window since the start of the stream. */
    readonly evictedUnits: number;
  } | null;
  /** The narrator's C_r; null before the first thought, and when the backend does not know. */
  readonly text: {
    /** Most tokens that earlier thoughts may have in the window when the next one begins. */
    readonly windowTokens: number;
    /** Tokens in the window, those of the last thought included. */
    readonly heldTokens: number;
    /** Tokens that have left the window since the start of the stream. */
    readonly evictedTokens: number;
  } | null;
}

/** Keeps what the reports of a backend say of the caches of one stream. */
export class CacheGauge {
  private visual: StreamCaches["visual"] = null;
  private text: StreamCaches["text"] = null;

  /** @param limits units at the start that never leave, and most tokens in the text window */
  constructor(private readonly limits: { readonly sinkUnits: number; readonly windowTokens: number }) {}

  get caches(): StreamCaches {
    return { visual: this.visual, text: this.text };
  }

  seen({ unit, heldUnits, windowUnits, evictedUnits }: UnitSeenReport): void {
    const sinkUnits = Math.min(unit + 1, this.limits.sinkUnits);
    this.visual = heldUnits === null ? null : { sinkUnits, windowUnits, heldUnits, evictedUnits };
  }

  unitDone({ heldTokens, evictedTokens }: UnitDone): void {
    const { windowTokens } = this.limits;
    this.text = heldTokens === null ? null : { windowTokens, heldTokens, evictedTokens };
  }
}
