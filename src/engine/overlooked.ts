/**
 * Why somebody may have been missed. `frames_dropped`: frames were not looked at, because the engine was behind or they
 * were broken. `gap`: for a time nothing came. `unfamiliar`: the scene was not one that the model knows. `covered`,
 * `crowd`: the model has told that the camera was covered, or that there were too many to tell apart.
 */
export const OVERLOOKED_REASONS = ["frames_dropped", "gap", "unfamiliar", "covered", "crowd"] as const;

export type OverlookedReason = (typeof OVERLOOKED_REASONS)[number];

/**
 * Remembers when somebody may first have been missed in a stream, for each reason. A count rests on everything since the
 * start of its stream, so what was missed once is missing in every later count.
 */
export class Overlooked {
  private readonly firstMs = new Map<OverlookedReason, number>();

  /** @param mediaTimeMs when somebody may have been missed (ms) */
  note(reason: OverlookedReason, mediaTimeMs: number): void {
    this.firstMs.set(reason, Math.min(mediaTimeMs, this.firstMs.get(reason) ?? mediaTimeMs));
  }

  /** The reasons until a media time (ms), in the order of {@link OVERLOOKED_REASONS}. */
  until(mediaTimeMs: number): OverlookedReason[] {
    return OVERLOOKED_REASONS.filter((reason) => {
      const firstMs = this.firstMs.get(reason);
      return firstMs !== undefined && firstMs <= mediaTimeMs;
    });
  }
}
