import type { UnitFrames } from "../../src/vision/mod.ts";

/** Side of the invented pictures (px), and of the wide one that a moving camera looks at. */
export const SIDE = 96;
const WIDE = 256;

/** A generator of random numbers from 0 to 1, with a seed. */
export function randomly(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

/** Luminance of a wide view in which nothing moves: overlapping rectangles, large and small. */
function wideView(seed: number): Float32Array {
  const random = randomly(seed);
  const view = new Float32Array(WIDE * WIDE).fill(90);
  for (let i = 0; i < 400; i++) {
    const [left, top] = [random() * WIDE, random() * WIDE].map(Math.floor) as [number, number];
    const [width, height] = [4 + random() * 24, 4 + random() * 24];
    const level = 30 + 190 * random();
    for (let y = top; y < Math.min(WIDE, top + height); y++) {
      for (let x = left; x < Math.min(WIDE, left + width); x++) view[y * WIDE + x] = level;
    }
  }
  return view;
}

const views = new Map<number, Float32Array>();

/** What a camera that looks at a view sees: a window of it, lit, with noise. */
export interface Look {
  readonly view?: number;
  /** Left and upper edge of the window (px of the view). */
  readonly x?: number;
  readonly y?: number;
  /** Side of the window (px of the view). */
  readonly side?: number;
  readonly light?: number;
  /** Noise (levels of 0..255). */
  readonly noise?: number;
  readonly seed?: number;
  /** A dark rectangle in front of the view: its first and last column (px of the frame). */
  readonly lorry?: readonly [number, number];
}

/** One RGB frame. */
export function look(options: Look): Uint8Array {
  const { view = 1, x = 60, y = 60, side = SIDE, light = 1, noise = 2, seed = 1, lorry } = options;
  const pixels = views.get(view) ?? wideView(view);
  views.set(view, pixels);
  const random = randomly(seed);
  const frame = new Uint8Array(SIDE * SIDE * 3);
  for (let row = 0, at = 0; row < SIDE; row++) {
    for (let column = 0; column < SIDE; column++) {
      const [fx, fy] = [x + (column * side) / SIDE, y + (row * side) / SIDE];
      const [left, top] = [Math.floor(fx), Math.floor(fy)];
      const [right, down] = [fx - left, fy - top];
      const of = (dx: number, dy: number) => pixels[(top + dy) * WIDE + left + dx]!;
      const upper = of(0, 0) * (1 - right) + of(1, 0) * right;
      const lower = of(0, 1) * (1 - right) + of(1, 1) * right;
      let level = light * (upper * (1 - down) + lower * down);
      if (lorry && row > 20 && column >= lorry[0] && column < lorry[1]) level = 40 + (row % 9) * 4;
      level += noise * (2 * random() - 1);
      for (let channel = 0; channel < 3; channel++) frame[at++] = Math.max(0, Math.min(255, level));
    }
  }
  return frame;
}

/** One RGB frame whose pixels are all grey, of the level that a function gives to each row and column. */
export function grey(level: (row: number, column: number) => number): Uint8Array {
  const frame = new Uint8Array(SIDE * SIDE * 3);
  for (let row = 0, at = 0; row < SIDE; row++)
    for (let column = 0; column < SIDE; column++, at += 3)
      frame.fill(Math.max(0, Math.min(255, level(row, column))), at, at + 3);
  return frame;
}

/** A unit of two frames at four a second. */
export function sceneUnit(unit: number, frameAt: (frame: number) => Uint8Array): UnitFrames {
  const frames = Buffer.concat([frameAt(2 * unit), frameAt(2 * unit + 1)]);
  return { unit, mediaTimeMs: 250 * (2 * unit + 1), seconds: [unit === 0 ? 0 : 0.25, 0.25], frames };
}
