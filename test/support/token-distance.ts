/** The greatest difference of two lists of numbers. */
export function greatestDifference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  if (a.length !== b.length) throw new Error(`${a.length} and ${b.length} numbers are compared.`);
  let most = 0;
  for (let i = 0; i < a.length; i++) {
    const difference = Math.abs(a[i]! - b[i]!);
    if (!(difference <= most)) most = difference;
  }
  return most;
}

/** Probabilities of one row of logits. */
function softmax(logits: Float32Array): Float64Array {
  const most = logits.reduce((a, b) => Math.max(a, b));
  const weights = Float64Array.from(logits, (value) => Math.exp(value - most));
  const total = weights.reduce((sum, value) => sum + value);
  return weights.map((value) => value / total);
}

const rowOf = (logits: Float32Array, row: number, vocabulary: number) =>
  logits.subarray(row * vocabulary, (row + 1) * vocabulary);

const firstChoice = (logits: Float32Array): number => logits.indexOf(logits.reduce((a, b) => Math.max(a, b)));

/** How far rows of logits are from those that they should be. */
export function tokenDistance(
  actual: Float32Array,
  expected: Float32Array,
  vocabulary: number,
): { readonly kl: number; readonly agreement: number } {
  const rows = expected.length / vocabulary;
  let [kl, agreed] = [0, 0];
  for (let row = 0; row < rows; row++) {
    const [a, e] = [rowOf(actual, row, vocabulary), rowOf(expected, row, vocabulary)];
    const [p, q] = [softmax(e), softmax(a)];
    kl += p.reduce((sum, value, i) => (value > 0 ? sum + value * Math.log(value / q[i]!) : sum), 0);
    if (firstChoice(a) === firstChoice(e)) agreed++;
  }
  return { kl: kl / rows, agreement: agreed / rows };
}
