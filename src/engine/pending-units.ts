import type { Unit } from "./backend.ts";

/** What a unit's thoughts are dated and timed by. */
export type PendingUnit = Pick<Unit, "unit" | "sinceMediaTimeMs" | "mediaTimeMs" | "arrivedAtMs">;

/** Units that the backend has and that it has not finished with: first to be seen, then to be thought about. */
export class PendingUnits {
  private readonly units = new Map<number, PendingUnit>();
  private given = 0;
  private lastSeen = -1;
  private lastDone = -1;

  /** Units that were given to the backend so far. */
  get count(): number {
    return this.given;
  }

  /** Units that the backend has not seen yet. */
  get unseen(): number {
    return this.given - (this.lastSeen + 1);
  }

  /** Units that the backend has not finished thinking about. */
  get unfinished(): number {
    return this.given - (this.lastDone + 1);
  }

  add({ unit, sinceMediaTimeMs, mediaTimeMs, arrivedAtMs }: Unit): void {
    this.given++;
    this.units.set(unit, { unit, sinceMediaTimeMs, mediaTimeMs, arrivedAtMs });
  }

  /** The unit, when it is the next to be seen; else null. */
  seen(unit: number): PendingUnit | null {
    if (unit !== this.lastSeen + 1) return null;
    const pending = this.units.get(unit) ?? null;
    if (pending !== null) this.lastSeen = unit;
    return pending;
  }

  /** A unit that may be thought about: seen, and not finished. */
  thinkable(unit: number): PendingUnit | null {
    return unit <= this.lastSeen ? (this.units.get(unit) ?? null) : null;
  }

  /** Whether the unit was the next to be finished; it is forgotten then. */
  done(unit: number): boolean {
    if (unit !== this.lastDone + 1 || this.thinkable(unit) === null) return false;
    this.units.delete(unit);
    this.lastDone = unit;
    return true;
  }
}
