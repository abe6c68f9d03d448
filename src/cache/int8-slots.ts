/**
 * Slots of 8 bits: `headWidth` whole numbers from -127 to 127, and then the scale (float32) that they are multiplied
 * with. The scale is the largest number's absolute value / 127. The kernel writes and reads the same
 * (`src/attention/kernel/attend.ts`).
 */

export const int8SlotBytes = (headWidth: number): number => headWidth + 4;

/** Writes some tokens `[tokens, headWidth]` into slots that follow each other. */
export function narrow(
  numbers: Float32Array,
  headWidth: number,
  floats: Float32Array,
  address: number,
): void {
  const bytes = new Int8Array(floats.buffer);
  let to = address;
  for (let from = 0; from < numbers.length; from += headWidth, to += int8SlotBytes(headWidth)) {
    let most = 0;
    for (let i = 0; i < headWidth; i++) most = Math.max(most, Math.abs(numbers[from + i]!));
    const scale = Math.fround(most / 127);
    for (let i = 0; i < headWidth; i++)
      bytes[to + i] = scale === 0 ? 0 : Math.round(numbers[from + i]! / scale);
    floats[(to + headWidth) / 4] = scale;
  }
}

/** Reads slots that follow each other into `target`, `[tokens, headWidth]`. */
export function widen(floats: Float32Array, address: number, headWidth: number, target: Float32Array): void {
  const bytes = new Int8Array(floats.buffer);
  let from = address;
  for (let to = 0; to < target.length; to += headWidth, from += int8SlotBytes(headWidth)) {
    const scale = floats[(from + headWidth) / 4]!;
    for (let i = 0; i < headWidth; i++) target[to + i] = bytes[from + i]! * scale;
  }
}
