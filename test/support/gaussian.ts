import { random } from "./random.ts";

/** Normally distributed numbers (Box and Muller); the same ones for the same seed. */
export function gaussian(seed: number, count: number, deviation = 1): Float32Array {
  const next = random(seed);
  const uniform = () => (next(2 ** 31) + 1) / 2 ** 31;
  return Float32Array.from(
    { length: count },
    () => deviation * Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform()),
  );
}
