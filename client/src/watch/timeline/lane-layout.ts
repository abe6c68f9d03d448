/** Words on a time axis. */
export interface Label {
  /** Where the moment is that they are about (px). */
  readonly x: number;
  /** How much room they would take (px). */
  readonly width: number;
}

/** Where words stand; null: there is no room for them, and only their mark is left. */
export type Place = { readonly left: number; readonly width: number } | null;

const GAP_PX = 10;
/** Less than this is no word. */
const LEAST_PX = 36;

/**
 * Places words beside each other, so that none covers another. Words begin at their moment. Only the newest may begin
 * before it, so that all of it is seen while its moment is at the edge; older ones are cut off where newer ones begin.
 *
 * @param labels in the order of their moments
 * @param edge where the present is (px)
 * @param most room for the newest (px)
 */
export function placeLabels(labels: readonly Label[], edge: number, most: number): Place[] {
  let end = edge;
  const placed = labels.toReversed().map(({ x, width }, at): Place => {
    const wanted = at === 0 ? Math.min(width, most) : width;
    const left = at === 0 ? Math.max(0, Math.min(x, edge - wanted)) : x;
    const room = Math.min(wanted, end - left);
    if (room < Math.min(wanted, LEAST_PX)) return null;
    end = left - GAP_PX;
    return { left, width: room };
  });
  return placed.reverse();
}
