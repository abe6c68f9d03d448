import { GRID, type ScenePicture, sumOf } from "./picture.ts";

/** Side of the blocks that are searched for in the other picture (cells). `correlation` is written for 8. */
const BLOCK = 8;

/** Range of the search for a block (cells): a tenth of the picture. */
const RADIUS = 5;

/** Root mean square of a block's texture (levels) below which the block cannot be recognised. */
const TEXTURED = 3;

/** Two blocks whose correlation is at least this show the same. */
const SAME = 0.6;

/** A block's mean luminance counts as changed if it changed by at least this (levels). */
const SHADED_LEVELS = 6;

/** Added to luminances before their ratio is taken, because a ratio of near-black values is meaningless (levels). */
const DARK_LEVELS = 4;

/** The search for a better place stops at this correlation. */
const CLEARLY_SAME = 0.9;

/** How two pictures compare block by block, without a search for motion. Shares are 0..1. */
export interface SceneChange {
  /** Number of blocks with texture in either picture, of 36. */
  readonly blocks: number;
  /** Share of the textured blocks that changed. */
  readonly changed: number;
  /** Correlation of the luminance of all cells, -1..1. */
  readonly alike: number;
  /** Share of all 36 blocks whose mean luminance changed, apart from a gain of the whole picture; noise changes none. */
  readonly shaded: number;
}

/** A block of the later picture. */
export interface Block {
  /** Its centre, from the picture's centre (cells). */
  readonly x: number;
  readonly y: number;
}

/** One that was found in the earlier picture. */
export interface FoundBlock extends Block {
  /** How far it moved (cells, with fractions). */
  readonly dx: number;
  readonly dy: number;
}

/** Compares two pictures of one stream block by block, the earlier picture first. */
export function sceneChange(before: ScenePicture, after: ScenePicture): SceneChange {
  let [blocks, changed] = [0, 0];
  for (let top = 0; top < GRID; top += BLOCK) {
    for (let left = 0; left < GRID; left += BLOCK) {
      const [own, was] = [isTextured(after, top, left), isTextured(before, top, left)];
      if (!own && !was) continue;
      blocks++;
      if (!own || !was || correlation(before, after, top, left, 0, 0) < SAME) changed++;
    }
  }
  return {
    blocks,
    changed: blocks === 0 ? 0 : changed / blocks,
    alike: likeness(before, after),
    shaded: shaded(before, after),
  };
}

/**
 * Searches for every second textured block of the later picture (the black squares of a chessboard) near its place in
 * the earlier one. Returns those that were found, and those that were not.
 */
export function findBlocks(
  before: ScenePicture,
  after: ScenePicture,
): { readonly found: FoundBlock[]; readonly lost: Block[] } {
  const [found, lost]: [FoundBlock[], Block[]] = [[], []];
  let hint = { dx: 0, dy: 0 };
  for (let top = 0; top < GRID; top += BLOCK) {
    for (let left = top % (2 * BLOCK); left < GRID; left += 2 * BLOCK) {
      if (!isTextured(after, top, left)) continue;
      const at = search(before, after, top, left, hint);
      const block = { x: left + BLOCK / 2 - GRID / 2, y: top + BLOCK / 2 - GRID / 2 };
      if (at === null) lost.push(block);
      else {
        found.push({ ...block, ...at });
        hint = { dx: Math.round(at.dx), dy: Math.round(at.dy) };
      }
    }
  }
  return { found, lost };
}

/** Whether a found block could also have moved by this many cells: along an edge its motion is ambiguous. */
export function couldBeAt(
  before: ScenePicture,
  after: ScenePicture,
  block: Block,
  dx: number,
  dy: number,
): boolean {
  const { left, top } = cornerOf(block);
  const [across, down] = [Math.round(dx), Math.round(dy)];
  return wasInside(block, dx, dy) && correlation(before, after, top, left, down, across) >= SAME;
}

/** Whether a block that moved by this many cells was inside the picture before. */
export function wasInside(block: Block, dx: number, dy: number): boolean {
  const { left, top } = cornerOf(block);
  const [x, y] = [left - Math.round(dx), top - Math.round(dy)];
  const last = GRID - BLOCK;
  return x >= 0 && x <= last && y >= 0 && y <= last;
}

function cornerOf({ x, y }: Block): { readonly left: number; readonly top: number } {
  return { left: x - BLOCK / 2 + GRID / 2, top: y - BLOCK / 2 + GRID / 2 };
}

function shaded(before: ScenePicture, after: ScenePicture): number {
  const [a, b] = [blockMeans(before), blockMeans(after)];
  const gains = a.map((mean, i) => (b[i]! + DARK_LEVELS) / (mean + DARK_LEVELS)).sort();
  const gain = gains[gains.length >> 1]!;
  const other = a.filter(
    (mean, i) => Math.abs(b[i]! + DARK_LEVELS - gain * (mean + DARK_LEVELS)) > SHADED_LEVELS,
  );
  return other.length / a.length;
}

/** Mean luminance of each block (levels). */
function blockMeans({ luminance, mean }: ScenePicture): Float32Array {
  const across = GRID / BLOCK;
  const means = new Float32Array(across * across).fill(mean);
  for (let row = 0, at = 0; row < GRID; row++) {
    const first = Math.floor(row / BLOCK) * across;
    for (let column = 0; column < GRID; column++, at++) {
      means[first + Math.floor(column / BLOCK)]! += luminance[at]! / BLOCK ** 2;
    }
  }
  return means;
}

function energyOf({ energy }: ScenePicture, top: number, left: number): number {
  return sumOf(energy, top, left, top + BLOCK, left + BLOCK);
}

function isTextured(picture: ScenePicture, top: number, left: number): boolean {
  return energyOf(picture, top, left) >= (TEXTURED * BLOCK) ** 2;
}

function likeness(before: ScenePicture, after: ScenePicture): number {
  let cross = 0;
  const [a, b] = [before.luminance, after.luminance];
  for (let i = 0; i < a.length; i++) cross += a[i]! * b[i]!;
  const product = before.spread * after.spread * a.length;
  return product > 0 ? cross / product : 0;
}

/** Correlation of a block with the block `dy` rows above and `dx` columns to the left; both lie within the picture. */
function correlation(
  before: ScenePicture,
  after: ScenePicture,
  top: number,
  left: number,
  dy: number,
  dx: number,
): number {
  const [from, to] = [before.texture, after.texture];
  let cross = 0;
  for (let y = 0; y < BLOCK; y++) {
    const a = (top + y - dy) * GRID + left - dx;
    const b = (top + y) * GRID + left;
    // Unrolled, because most of the time is spent here.
    cross +=
      from[a]! * to[b]! +
      from[a + 1]! * to[b + 1]! +
      from[a + 2]! * to[b + 2]! +
      from[a + 3]! * to[b + 3]! +
      from[a + 4]! * to[b + 4]! +
      from[a + 5]! * to[b + 5]! +
      from[a + 6]! * to[b + 6]! +
      from[a + 7]! * to[b + 7]!;
  }
  const product = energyOf(before, top - dy, left - dx) * energyOf(after, top, left);
  return product > 0 ? cross / Math.sqrt(product) : 0;
}

/** @param hint displacement of the block found before; most often this one moved alike */
function search(
  before: ScenePicture,
  after: ScenePicture,
  top: number,
  left: number,
  hint: { dx: number; dy: number },
): { dx: number; dy: number } | null {
  const last = GRID - BLOCK;
  const [up, down] = [Math.max(-RADIUS, top - last), Math.min(RADIUS, top)];
  const [west, east] = [Math.max(-RADIUS, left - last), Math.min(RADIUS, left)];
  const at = (dx: number, dy: number) =>
    dx < west || dx > east || dy < up || dy > down ? -1 : correlation(before, after, top, left, dy, dx);
  let best = { dx: 0, dy: 0, score: at(0, 0) };
  const tryAll = (x0: number, x1: number, y0: number, y1: number, step = 1) => {
    for (let dy = y0; dy <= y1; dy += step) {
      for (let dx = x0; dx <= x1; dx += step) {
        const score = at(dx, dy);
        if (score > best.score) best = { dx, dy, score };
      }
    }
  };
  if (best.score < CLEARLY_SAME) tryAll(hint.dx - 1, hint.dx + 1, hint.dy - 1, hint.dy + 1);
  if (best.score < CLEARLY_SAME) {
    // First a coarse search everywhere, then a fine one around the best place.
    tryAll(west, east, up, down, 2);
    const { dx, dy } = best;
    tryAll(dx - 1, dx + 1, dy - 1, dy + 1);
  }
  if (best.score < SAME) return null;
  const { dx, dy, score } = best;
  return {
    dx: dx + peak(at(dx - 1, dy), score, at(dx + 1, dy)),
    dy: dy + peak(at(dx, dy - 1), score, at(dx, dy + 1)),
  };
}

/** Where between its neighbours the top of a parabola through three scores is, -0.5..0.5; 0 at the search's edge. */
function peak(before: number, top: number, after: number): number {
  const bend = before - 2 * top + after;
  if (before === -1 || after === -1 || bend >= 0) return 0;
  return Math.max(-0.5, Math.min(0.5, (before - after) / (2 * bend)));
}
