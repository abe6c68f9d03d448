/** Pictures of something that moves on a textured ground, so that no unit is still. */
export const PICTURES = 16;

/** RGB pictures, the next one behind the last without a jump. */
export function movingPictures(width: number, height: number) {
  return Array.from({ length: PICTURES }, (_, frame) => {
    const data = new Uint8Array(3 * width * height);
    const [left, side] = [Math.round((frame * width) / PICTURES), width / 6];
    for (let y = 0, at = 0; y < height; y++)
      for (let x = 0; x < width; x++) {
        const isThing = x >= left && x < left + side && y > height / 3 && y < height / 2;
        data[at++] = isThing ? 200 : (x * 3) & 127;
        data[at++] = isThing ? 30 : (y * 5) & 127;
        data[at++] = isThing ? 30 : (x ^ y) & 127;
      }
    return { width, height, data };
  });
}
