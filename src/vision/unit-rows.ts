import type { AttentionRow } from "../attention/mod.ts";
import type { PositionScheme, UnitPlace, VisualCache } from "../cache/mod.ts";

/** A row for each token of the next unit: where it is written, and what it sees: the cache and its whole own unit. */
export function unitRows(cache: VisualCache, scheme: PositionScheme, next: UnitPlace): AttentionRow[] {
  const { store } = cache;
  const own = cache.slotsOf(next.unit);
  const view = cache.view(next);
  const query = scheme.visualQuery(view.span, null);
  const position = scheme.visualKey(next);
  const segments = [
    { store, ranges: view.sink, position: query.sink },
    { store, ranges: view.window, position: query.window },
    { store, ranges: [own], position },
  ];
  return Array.from({ length: own.count }, (_, i) => ({ store, slot: own.slot + i, position, segments }));
}
