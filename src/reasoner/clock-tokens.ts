import type { UnitPlace } from "../cache/mod.ts";
import type { TextCodec } from "../models/mod.ts";

/** The tokens with which a model writes the time, as its bundle lays them out. */
export interface ClockLayout {
  /** Id of the token of time 0; the others follow it. */
  readonly first: number;
  /** How many there are. After so many units the clock begins again. */
  readonly count: number;
}

/**
 * How a model writes the time. A thought with words is closed with the token of its unit's time. An answer about time
 * repeats such a token, and the service writes how long ago that time was. So the model has to find the right thought,
 * but need not calculate.
 *
 * The clock has a limited number of tokens and goes round. If the narrator's text still holds a thought that was closed
 * with a token, the token means the time of that thought, however often the clock has gone round since. Otherwise it
 * means a time less than one round ago.
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
   * Tokens that an answer at a unit must not use. While a stream is younger than one round of the clock, the tokens of
   * later times would be read as times before the stream began.
   */
  unseen(place: UnitPlace): number[] {
    const next = this.units(place) + 1;
    const { first, count } = this.tokens;
    return Array.from({ length: Math.max(0, count - next) }, (_, i) => first + next + i);
  }

  /**
   * Whole seconds from the time of a token to a unit; null when the token does not stand for a time.
   * @param remembered units of the thoughts that the token may have been read from, oldest first
   */
  secondsSince(token: number, place: UnitPlace, remembered: readonly UnitPlace[] = []): number | null {
    const { first, count } = this.tokens;
    if (token < first || token >= first + count) return null;
    const then = remembered.findLast((thought) => this.token(thought) === token);
    const round = (((this.units(place) - (token - first)) % count) + count) % count;
    const ago = then === undefined ? round : this.units(place) - this.units(then);
    return Math.round((ago * this.unitMs) / 1000);
  }

  /** Decodes tokens. Those that stand for times become `7 seconds`, see {@link secondsSince}. */
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

  /**
   * A unit's time in units. It is the time of the last frame, which lies half a unit from where the count changes, so
   * that jitter does not change it.
   */
  private units({ mediaTimeMs }: UnitPlace): number {
    return Math.max(0, Math.floor(mediaTimeMs / this.unitMs));
  }
}
