import type { Segment } from "../attention/mod.ts";
import type { PositionScheme, QueryPositions, UnitPlace, VisualCache } from "../cache/mod.ts";

/** A stream's C_v as its thinkers read it. */
export interface VisualReader {
  /** The newest unit that can be looked at; -1 before the first. */
  readonly newest: number;
  /** A unit that is still held; null when it has left. */
  place(unit: number): UnitPlace | null;
  /** What a thinker's tokens see that look from a unit, for each of the positions that they have in its text. */
  look(from: UnitPlace): (query: QueryPositions) => readonly Segment[];
  /**
   * Where text begins that looks from a unit, if text and video stand in one sequence and are numbered together. Without
   * it, text is numbered by itself.
   */
  behind?(from: UnitPlace): number | null;
}

/** Reads a visual cache with the positions of a scheme. */
export function schemeReader(cache: VisualCache, scheme: PositionScheme): VisualReader {
  return {
    get newest() {
      return cache.newest;
    },
    place: (unit) => cache.place(unit),
    look: (from) => {
      const { span, sink, window } = cache.view(from);
      return (query) => {
        const at = scheme.visualQuery(span, query.window);
        return [
          { store: cache.store, ranges: sink, position: at.sink },
          { store: cache.store, ranges: window, position: at.window },
        ];
      };
    },
  };
}
