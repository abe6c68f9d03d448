import type { PublishedUnit } from "../vision/mod.ts";
import type { Schedulable } from "./scheduler.ts";
import type { VisualReader } from "./visual-reader.ts";

/** The C_v of one stream in the reasoner: what the vision worker publishes goes in, and its thinkers read it. */
export interface VisualFeed extends VisualReader {
  receive(unit: PublishedUnit["unit"]): void;
  /**
   * Takes over what has arrived, for a narrator that is at a unit. Must be called between two steps.
   * @returns those who have to take steps for it
   */
  advance(unit: number): readonly Schedulable[];
  /** Gives its memory back. */
  release(): void;
}
