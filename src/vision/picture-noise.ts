/** Side of the squares whose mean colours are compared (px): small enough to see a distant mover, and free of noise. */
export const SQUARE_PX = 4;

/**
 * A square's change counts as noise up to this many times the change of the median square. For normal noise, 8 medians
 * are 5.4 standard deviations, which hardly one of a thousand squares exceeds.
 */
const NOISE_FACTOR = 8;

/** A change of more than this many times `levels` is never noise, however noisy the picture is. */
const MOST_NOISE = 3;

/**
 * The greatest change of a square that counts as none.
 *
 * @param changes of all squares, none negative
 * @param levels that bound in a picture without noise; in a noisy picture it may be up to three times as much
 */
export function noiseBound(changes: Float32Array, levels: number): number {
  const half = changes.length >> 1;
  // Where the median is so small or so large that it does not matter how much, nothing need be sorted.
  let [small, large] = [0, 0];
  for (const change of changes) {
    if (NOISE_FACTOR * change <= levels) small++;
    else if (NOISE_FACTOR * change >= MOST_NOISE * levels) large++;
  }
  if (small > half) return levels;
  if (large >= changes.length - half) return MOST_NOISE * levels;
  return NOISE_FACTOR * changes.slice().sort()[half]!;
}
