import type { Unit } from "./backend.ts";

/** What is kept of a unit while the backend has it: its number and its times. */
export type PendingUnit = Pick<Unit, "unit" | "sinceMediaTimeMs" | "mediaTimeMs" | "arrivedAtMs">;

/** The units that the backend has not finished with. Each is to be seen first, and then to be thought about. */
export class PendingUnits {
  private readonly units = new Map<number, PendingUnit>();
  private given = 0;
  private lastSeen = -1;
  private lastDone = -1;

  /** Units that have been given to the backend so far. */
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

  /** Marks a unit as seen and returns it; null when it is not the next one to be seen. */
  seen(unit: number): PendingUnit | null {
    if (unit !== this.lastSeen + 1) return null;
    const pending = this.units.get(unit) ?? null;
    if (pending !== null) this.lastSeen = unit;
    return pending;
  }

  /** The unit, when it may be thought about: it has been seen and is not finished. Else null. */
  thinkable(unit: number): PendingUnit | null {
    return unit <= this.lastSeen ? (this.units.get(unit) ?? null) : null;
  }

  /** Marks a unit as finished and forgets it; false when it is not the next one to be finished. */
  done(unit: number): boolean {
    if (unit !== this.lastDone + 1 || this.thinkable(unit) === null) return false;
    this.units.delete(unit);
    this.lastDone = unit;
    return true;
  }
}
