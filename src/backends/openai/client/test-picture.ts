import sharp from "sharp";

const LEVELS = 256;

/**
 * A picture for measurements, as a JPEG of 4:3: a gradient and a disc. No two numbers give the same, so that a server
 * has not seen it before.
 *
 * @param side width (px)
 */
export async function testPicture(side: number, number: number): Promise<Uint8Array> {
  const height = Math.round((side * 3) / 4);
  const rgb = new Uint8Array(side * height * 3);
  const [centreX, centreY, radius] = [((number * 37) % side) / 2 + side / 4, height / 2, side / 6];
  let at = 0;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < side; x++) {
      const isDisc = (x - centreX) ** 2 + (y - centreY) ** 2 < radius ** 2;
      rgb[at++] = isDisc ? 220 : (x * LEVELS) / side;
      rgb[at++] = isDisc ? (number * 53) % LEVELS : (y * LEVELS) / height;
      rgb[at++] = (number * 29) % LEVELS;
    }
  }
  return await sharp(rgb, { raw: { width: side, height, channels: 3 } })
    .jpeg()
    .toBuffer();
}
