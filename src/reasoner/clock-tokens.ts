import type { UnitPlace } from "../cache/mod.ts";
import type { TextCodec } from "../models/mod.ts";

/** The tokens with which a model writes the time, as its bundle lays them out. */
export interface ClockLayout {
  /** Id of the token of time 0; the others follow it. */
  readonly first: number;
  /** How many there are: after so many units the clock begins again. */
  readonly count: number;
}

/**
 * The time in a model's thoughts. A spoken thought is closed with the token of its unit's time; an answer about time
 * repeats one, and what is told is how long ago that is. So the model has to find the moment and not to reckon, and
 * is right to the second for as long as it remembers the thought: of a thought that it may have read it from, a token
 * tells the time however often the clock has gone round since.
 */
export class ClockTokens {
  constructor(
    private readonly tokens: ClockLayout,
    private readonly unitMs: number,
  ) {}

  /** The token of a unit's time. */
  token(place: UnitPlace): number {
    return this.tokens.first + (this.units(place) % this.tokens.count);
  }

  /**
   * Tokens of times at which there was nothing to see: while a stream is younger than a round of the clock, those
   * ahead of a unit would be read as times before the stream began.
   */
  unseen(place: UnitPlace): number[] {
    const next = this.units(place) + 1;
    const { first, count } = this.tokens;
    return Array.from({ length: Math.max(0, count - next) }, (_, i) => first + next + i);
  }

  /**
   * Whole seconds from a token's time to a unit, or null where the token is no time.
   * @param remembered units of the thoughts that it may stand behind, oldest first; behind none of them, its time is
   * less than a round of the clock ago
   */
  secondsSince(token: number, place: UnitPlace, remembered: readonly UnitPlace[] = []): number | null {
    const { first, count } = this.tokens;
    if (token < first || token >= first + count) return null;
    const then = remembered.findLast((thought) => this.token(thought) === token);
    const round = (((this.units(place) - (token - first)) % count) + count) % count;
    const ago = then === undefined ? round : this.units(place) - this.units(then);
    return Math.round((ago * this.unitMs) / 1000);
  }

  /** Words as text, times among them as `7 seconds`. */
  decode(
    codec: TextCodec,
    words: readonly number[],
    place: UnitPlace,
    remembered: readonly UnitPlace[] = [],
  ): string {
    const parts: string[] = [];
    let plain: number[] = [];
    for (const word of words) {
      const seconds = this.secondsSince(word, place, remembered);
      if (seconds === null) plain.push(word);
      else {
        parts.push(codec.decode(plain), `${seconds} ${seconds === 1 ? "second" : "seconds"}`);
        plain = [];
      }
    }
    return [...parts, codec.decode(plain)].filter((part) => part !== "").join(" ");
  }

  /** A unit's time is that of its last frame, half a unit from where the count changes: jitter does not move it. */
  private units({ mediaTimeMs }: UnitPlace): number {
    return Math.max(0, Math.floor(mediaTimeMs / this.unitMs));
  }
}
