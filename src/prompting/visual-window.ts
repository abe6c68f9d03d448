import type { PromptPart } from "./message.ts";

/**
 * What a prompt shows of the video: the parts of its newest units. A server keeps the keys and values of a prompt only as
 * far as the next prompt begins with the same tokens, so dropping the oldest unit each time would cost the whole cache each
 * time. When the window is full, half of it is dropped at once, and the units after that are appended.
 */
export class VisualWindow {
  private readonly units: (readonly PromptPart[])[] = [];
  private dropped = 0;
  private flat: readonly PromptPart[] = [];

  /**
   * @param mostUnits most units that the window holds
   * @throws {RangeError} when that is no whole number of at least 1
   */
  constructor(private mostUnits: number) {
    if (Number.isSafeInteger(mostUnits) && mostUnits >= 1) return;
    throw new RangeError(`A window cannot hold ${mostUnits} units. Give a whole number of at least 1.`);
  }

  /** All parts of the window, the oldest unit first. It is a new array after each unit. */
  get parts(): readonly PromptPart[] {
    return this.flat;
  }

  /** Units in the window. */
  get size(): number {
    return this.units.length;
  }

  /** Units dropped since the beginning. */
  get evicted(): number {
    return this.dropped;
  }

  /** Most units that the window holds. */
  get limit(): number {
    return this.mostUnits;
  }

  /**
   * Drops all units, because the model refuses a prompt with them.
   *
   * @param mostUnits most units that the window holds from now on; at least 1
   */
  restart(mostUnits: number): void {
    this.dropped += this.units.splice(0).length;
    this.flat = [];
    this.mostUnits = Math.max(1, mostUnits);
  }

  /** @param parts of one unit: its pictures, each with a short text before it, such as its time, if the caller likes */
  add(parts: readonly PromptPart[]): void {
    if (this.units.length === this.mostUnits) {
      this.dropped += this.units.splice(0, Math.max(1, Math.floor(this.mostUnits / 2))).length;
    }
    this.units.push([...parts]);
    this.flat = this.units.flat();
  }
}
