import sharp from "sharp";
import { describe, expect, it } from "vitest";
import {
  decodeImage,
  EncodedFrame,
  type Frame,
  type Mask,
  maskSchema,
  PictureMask,
  type Polygon,
  polygonSchema,
  RgbFrame,
} from "../../src/ingest/mod.ts";
import { random } from "../support/random.ts";

const stamp = { seq: 3, mediaTimeMs: 1500, arrivedAtMs: 42 };
const below = random(27);
const noise = (bytes: number) => Uint8Array.from({ length: bytes }, () => below(256));

/** Whether a place is inside, by how often the polygon goes round it. Written apart from the code that is tested. */
function isInside([x, y]: readonly [number, number], polygon: Polygon): boolean {
  const angle = polygon.reduce((sum, [x0, y0], i) => {
    const [x1, y1] = polygon[(i + 1) % polygon.length]!;
    const turn = Math.atan2(y1 - y, x1 - x) - Math.atan2(y0 - y, x0 - x);
    return sum + turn - 2 * Math.PI * Math.round(turn / (2 * Math.PI));
  }, 0);
  return Math.abs(angle) > Math.PI;
}

/** The pixels of which one of many places lies under the mask: a grid in each, and the edges. */
function under(mask: Mask, width: number, height: number): number[] {
  const places = [0.01, 0.25, 0.5, 0.75, 0.99];
  const found = new Set<number>();
  for (let i = 0; i < width * height; i++) {
    const isUnder = places.some((dx) =>
      places.some((dy) => {
        const place = [((i % width) + dx) / width, (Math.floor(i / width) + dy) / height] as const;
        return mask.some((polygon) => isInside(place, polygon));
      }),
    );
    if (isUnder) found.add(i);
  }
  for (const polygon of mask)
    for (const [i, [x0, y0]] of polygon.entries()) {
      const [x1, y1] = polygon[(i + 1) % polygon.length]!;
      for (let step = 0; step <= 1000; step++) {
        const [x, y] = [x0 + ((x1 - x0) * step) / 1000, y0 + ((y1 - y0) * step) / 1000];
        found.add(
          Math.min(height - 1, Math.floor(y * height)) * width + Math.min(width - 1, Math.floor(x * width)),
        );
      }
    }
  return [...found];
}

const MASKS: Readonly<Record<string, Mask>> = {
  "a corner": [
    [
      [0, 0],
      [0.3, 0],
      [0.3, 0.4],
      [0, 0.4],
    ],
  ],
  "a thin slanted line": [
    [
      [0.1, 0.1],
      [0.9, 0.8],
      [0.9, 0.801],
    ],
  ],
  "a polygon with a dent": [
    [
      [0.2, 0.2],
      [0.8, 0.2],
      [0.8, 0.8],
      [0.5, 0.4],
      [0.2, 0.8],
    ],
  ],
  "a star that crosses itself": [
    [
      [0.5, 0.1],
      [0.75, 0.9],
      [0.1, 0.4],
      [0.9, 0.4],
      [0.25, 0.9],
    ],
  ],
  "two that overlap": [
    [
      [0.1, 0.1],
      [0.5, 0.1],
      [0.5, 0.5],
    ],
    [
      [0.4, 0.2],
      [0.9, 0.2],
      [0.4, 0.9],
    ],
  ],
  "less than a pixel": [
    [
      [0.501, 0.501],
      [0.502, 0.501],
      [0.502, 0.502],
    ],
  ],
};
const [WIDTH, HEIGHT] = [60, 44];

/** All that a frame gives out. */
const given = async (frame: Frame) => ({
  own: await frame.rgb(WIDTH, HEIGHT),
  small: await frame.rgb(16, 16),
  odd: await frame.rgb(37, 23, { kernel: "lanczos3" }),
  larger: await frame.rgb(100, 90),
  twice: await frame.rgb(10, 10, { via: { width: 30, height: 20 } }),
  jpeg: await frame.jpeg(1000),
  thumbnail: await frame.jpeg(20),
});

const rgbFrame = async (data: Uint8Array): Promise<Frame> =>
  new RgbFrame(stamp, { width: WIDTH, height: HEIGHT, data });
const pngFrame = async (data: Uint8Array): Promise<Frame> => {
  const raw = { width: WIDTH, height: HEIGHT, channels: 3 } as const;
  const png = await sharp(data, { raw }).png().toBuffer();
  return new EncodedFrame(stamp, png, await decodeImage(png, { width: 16, height: 16 }));
};

describe.each(Object.entries(MASKS))("under a mask (%s)", (_, polygons) => {
  const covered = under(polygons, WIDTH, HEIGHT);
  const mask = new PictureMask(polygons);

  it.each([
    ["pixels", rgbFrame],
    ["an encoded picture", pngFrame],
  ])("nothing has an influence on what a frame of %s gives out", async (_, frameOf) => {
    expect(covered.length).toBeGreaterThan(0);
    const plain = noise(3 * WIDTH * HEIGHT);
    const other = Uint8Array.from(plain);
    for (const pixel of covered) other.set(noise(3), 3 * pixel);
    const [a, b] = [await frameOf(plain), await frameOf(other)];
    expect(await given(a), "without a mask it has one").not.toEqual(await given(b));
    expect(await given(mask.over(a))).toEqual(await given(mask.over(b)));
    expect(mask.over(a)).toMatchObject({ ...stamp, size: { width: WIDTH, height: HEIGHT } });
  });

  it("all is black, and what lies well beside it is as it was", async () => {
    const white = new Uint8Array(3 * WIDTH * HEIGHT).fill(255);
    const seen = await mask.over(await rgbFrame(white)).rgb(WIDTH, HEIGHT);
    expect(covered.every((pixel) => seen[3 * pixel] === 0)).toBe(true);
    const isFar = (i: number) =>
      covered.every(
        (c) => Math.hypot((c % WIDTH) - (i % WIDTH), Math.floor(c / WIDTH) - Math.floor(i / WIDTH)) > 6,
      );
    const far = Array.from({ length: WIDTH * HEIGHT }, (_, i) => i).filter(isFar);
    expect(far.length).toBeGreaterThan(0);
    expect(far.every((pixel) => seen[3 * pixel] === 255)).toBe(true);
    expect(
      white.every((value) => value === 255),
      "the frame's own pixels are not changed",
    ).toBe(true);
  });
});

it("a larger picture beside the model's is what is masked, and the model's is made from it", async () => {
  const mask = new PictureMask([
    [
      [0, 0],
      [1, 0],
      [1, 0.5],
      [0, 0.5],
    ],
  ]);
  const small = { width: 8, height: 8, data: new Uint8Array(8 * 8 * 3).fill(255) };
  const large = { width: 64, height: 48, data: new Uint8Array(64 * 48 * 3).fill(255) };
  const masked = await mask.over(new RgbFrame(stamp, small, large)).rgb(8, 8);
  expect([masked[0], masked.at(-1)]).toEqual([0, 255]);
});

it("a mask without polygons changes nothing", async () => {
  const frame = await rgbFrame(noise(3 * WIDTH * HEIGHT));
  expect(new PictureMask([]).over(frame)).toBe(frame);
});

describe("a polygon", () => {
  it.each([
    [
      "two corners",
      [
        [0, 0],
        [1, 1],
      ],
      /at least 3 corners/,
    ],
    [
      "a corner outside",
      [
        [0, 0],
        [1, 0],
        [1, 1.1],
      ],
      /from 0 \(left/,
    ],
    [
      "a corner that is no number",
      [
        [0, 0],
        [1, 0],
        [1, Number.NaN],
      ],
      /./,
    ],
    [
      "no area",
      [
        [0, 0],
        [0.5, 0.5],
        [1, 1],
      ],
      /no area/,
    ],
    [
      "no area, far apart",
      [
        [0.1, 0.2],
        [0.1, 0.2],
        [0.1, 0.2],
        [0.9, 0.2],
      ],
      /no area/,
    ],
    ["too many corners", Array.from({ length: 101 }, (_, i) => [i / 101, (i % 2) / 2]), /at most 100/],
  ])("with %s is refused", (_, polygon, why) => {
    expect(polygonSchema.safeParse(polygon).error?.issues[0]?.message).toMatch(why);
    expect(() => new PictureMask([polygon as unknown as Polygon])).toThrowError(
      expect.objectContaining({ code: "option_out_of_range", message: expect.stringContaining("[0]") }),
    );
  });

  it("may cross itself", () => {
    for (const mask of Object.values(MASKS)) expect(maskSchema.parse(mask)).toEqual(mask);
  });
});
