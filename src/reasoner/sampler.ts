/** A small generator of random numbers in 0..1 (mulberry32): the same seed gives the same numbers. */
function uniform(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let x = Math.imul(state ^ (state >>> 15), 1 | state);
    x = (x + Math.imul(x ^ (x >>> 7), 61 | x)) ^ x;
    return ((x ^ (x >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Chooses the next token: the most likely one at temperature 0, otherwise one drawn from the softmax. */
export class Sampler {
  private readonly next: () => number;

  constructor(
    private readonly temperature: number,
    seed: number,
  ) {
    this.next = uniform(seed);
  }

  /** @param logits `[vocabulary]`; tokens at -Infinity are never chosen */
  choose(logits: Float32Array): number {
    let best = 0;
    for (let i = 1; i < logits.length; i++) if (logits[i]! > logits[best]!) best = i;
    if (this.temperature === 0) return best;
    const weights = Float64Array.from(logits, (x) => Math.exp((x - logits[best]!) / this.temperature));
    let left = this.next() * weights.reduce((sum, w) => sum + w, 0);
    for (let i = 0; i < weights.length; i++) {
      left -= weights[i]!;
      if (left < 0) return i;
    }
    return best;
  }
}
