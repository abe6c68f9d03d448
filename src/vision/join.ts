/** Pieces of equal size, one after the other, as one array; the piece itself where there is only one. */
export function join<T extends Float32Array | Uint8Array>(pieces: readonly T[]): T {
  const [first] = pieces as [T];
  if (pieces.length === 1) return first;
  const length = pieces.length * first.length;
  const whole = first instanceof Float32Array ? new Float32Array(length) : new Uint8Array(length);
  pieces.forEach((piece, i) => {
    whole.set(piece, i * first.length);
  });
  return whole as T;
}
