import type { KvStore, Position, SlotRange } from "../cache/mod.ts";

/** Slots that a token sees, and the position at which its query is rotated to meet their keys. */
export interface Segment {
  readonly store: KvStore;
  readonly ranges: readonly SlotRange[];
  readonly position: Position;
}

/** One token of a step: where its own key and value go, and what it sees (its own slot too, if it sees itself). */
export interface AttentionRow {
  readonly store: KvStore;
  readonly slot: number;
  /** Position of its key. */
  readonly position: Position;
  readonly segments: readonly Segment[];
}

/** A token that sees the first `count` slots of a range. */
export interface Sight {
  /** Its place in the tile. */
  readonly row: number;
  readonly count: number;
  readonly position: Position;
}

/** Slots of a store from one on, and all tokens of a tile that see some of them. */
export interface TileRange {
  readonly store: KvStore;
  readonly slot: number;
  /** Slots that the one sees who sees most. */
  count: number;
  readonly sights: Sight[];
}

/** Tokens that are attended together, because they look at the same slots. */
export interface Tile {
  /** Their places in the step. */
  readonly rows: number[];
  readonly ranges: TileRange[];
}

/**
 * Puts together which tokens of a step see the same slots: those of one prefill, thinkers of one stream. A token joins
 * the newest tile with which it shares most. Ranges are the same when they begin at the same slot; their ends may differ.
 *
 * @param limit most tokens of a tile
 */
export function formTiles(rows: readonly AttentionRow[], limit: number): Tile[] {
  const tiles: Tile[] = [];
  /** The newest tile that has a range, by the range's store and first slot. */
  const newest = new Map<KvStore, Map<number, Tile>>();
  rows.forEach(({ segments }, i) => {
    const tile = shared(segments, newest, limit) ?? { rows: [], ranges: [] };
    if (tile.rows.length === 0) tiles.push(tile);
    const row = tile.rows.push(i) - 1;
    for (const { store, ranges, position } of segments)
      for (const { slot, count } of ranges) {
        let range = tile.ranges.find((one) => one.slot === slot && one.store === store);
        if (range === undefined) {
          range = { store, slot, count, sights: [] };
          tile.ranges.push(range);
        }
        range.count = Math.max(range.count, count);
        range.sights.push({ row, count, position });
        const ofStore = newest.get(store) ?? new Map<number, Tile>();
        newest.set(store, ofStore.set(slot, tile));
      }
  });
  return tiles;
}

function shared(
  segments: readonly Segment[],
  newest: ReadonlyMap<KvStore, ReadonlyMap<number, Tile>>,
  limit: number,
): Tile | null {
  let [best, most] = [null as Tile | null, 0];
  for (const { store, ranges } of segments)
    for (const { slot, count } of ranges) {
      const tile = newest.get(store)?.get(slot);
      if (tile !== undefined && tile.rows.length < limit && count > most) [best, most] = [tile, count];
    }
  return best;
}
