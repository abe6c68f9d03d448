/** What one cache holds, in its own kind of entries (units or tokens). */
export interface CacheContent {
  /** Entries of the beginning that never leave; null: there are some, and they are not counted. */
  readonly sink: number | null;
  /** Entries in the window. */
  readonly held: number;
  /** Most entries that the window can hold. */
  readonly window: number;
  /** Entries that have left it a moment ago. */
  readonly justLeft: number;
}

/** A cache as a row of cells, in the order of their time. */
export interface CacheCells {
  /** Entries that one cell stands for. */
  readonly perCell: number;
  readonly sink: number;
  readonly justLeft: number;
  readonly held: number;
  /** Places that are still empty. */
  readonly free: number;
}

/** More cells than this cannot be told apart on a phone. */
const MOST_CELLS = 48;
const MOST_LEFT = 4;

/** Draws a cache with cells. In a large one, each stands for several entries: a power of two. */
export function cellsOf({ sink, held, window, justLeft }: CacheContent): CacheCells {
  const perCell = 2 ** Math.max(0, Math.ceil(Math.log2(window / MOST_CELLS)));
  const cells = (entries: number) => Math.ceil(entries / perCell);
  return {
    perCell,
    sink: sink === null ? 1 : cells(sink),
    justLeft: Math.min(MOST_LEFT, cells(justLeft)),
    held: cells(held),
    free: Math.max(0, cells(window) - cells(held)),
  };
}
