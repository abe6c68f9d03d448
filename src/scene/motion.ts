import { type Block, couldBeAt, type FoundBlock, findBlocks, wasInside } from "./match.ts";
import { GRID, type ScenePicture } from "./picture.ts";

/** Mean distance of a picture's points from its centre (cells). */
const MEAN_RADIUS = 0.383 * GRID;

/** A block follows the common motion if it is at most this far (cells) from where that motion would have put it. */
const FOLLOWS = 0.9;

/** Number of blocks that are needed to find a motion of the whole picture. */
const FEWEST = 5;

/** Blocks that lie no farther apart (cells) are those of one thing that moves, before a wall without texture. */
const LEAST_EXTENT = 32;

/** Number of blocks at the border that are needed to find it there. */
const FEWEST_AROUND = 4;

/** A block is at the border if its centre is as far (cells, across or down) from the picture's. */
const BORDER = 16;

const ROUNDS = 4;

/** How a picture moved as a whole. */
export interface SceneMotion {
  /** Share of the blocks that was not found (0..1). */
  readonly lost: number;
  /** Share of the blocks that follows, or could follow, one motion of the whole picture: a shift, turn and zoom. */
  readonly following: number;
  /** The same share of the blocks at the border alone: somebody whom a camera follows fills the middle. 0 if there are too few. */
  readonly around: number;
  /** Mean length of that motion over the blocks that follow it (cells). */
  readonly cells: number;
  /** That motion in the middle of the picture (cells). */
  readonly x: number;
  readonly y: number;
  /** Mean length of its zoom and turn alone, over the whole picture (cells). */
  readonly bend: number;
}

interface Similarity {
  readonly x: number;
  readonly y: number;
  readonly zoom: number;
  readonly turn: number;
}

/**
 * Fits the shift, turn and zoom from one picture to a later one that most blocks follow. It is a least squares fit,
 * repeated on the blocks that are near the previous fit.
 */
export function commonMotion(before: ScenePicture, after: ScenePicture): SceneMotion {
  const { found, lost: unfound } = findBlocks(before, after);
  const count = found.length + unfound.length;
  const lost = count === 0 ? 0 : unfound.length / count;
  if (found.length < FEWEST) return { lost, following: 0, around: 0, cells: 0, x: 0, y: 0, bend: 0 };
  let motion = commonShift(found);
  let near = followers(motion, found, 2 * FOLLOWS);
  for (let round = 1; round < ROUNDS && near.length >= FEWEST; round++) {
    motion = fitted(near);
    near = followers(motion, found, FOLLOWS);
  }
  const lengths = near.map((block) => Math.hypot(...displacement(motion, block)));
  const cells = lengths.reduce((sum, length) => sum + length, 0) / Math.max(1, near.length);
  const bend = MEAN_RADIUS * Math.hypot(motion.zoom, motion.turn);
  const following = found.filter(
    (block) => near.includes(block) || couldBeAt(before, after, block, ...displacement(motion, block)),
  );
  const { x, y } = motion;
  const around = shareAround(motion, following, [...found, ...unfound]);
  const share = extent(following) < LEAST_EXTENT ? 0 : following.length / count;
  return { lost, following: share, around, cells, x, y, bend };
}

/** The shift of one of the blocks that most of them share. */
function commonShift(found: readonly FoundBlock[]): Similarity {
  const shifts = found.map(({ dx, dy }) => ({ x: dx, y: dy, zoom: 0, turn: 0 }));
  const counts = shifts.map((shift) => followers(shift, found, 2 * FOLLOWS).length);
  return shifts[counts.indexOf(Math.max(...counts))]!;
}

/** The larger of how far blocks lie apart across and down (cells). */
function extent(blocks: readonly Block[]): number {
  const length = (values: number[]) => Math.max(...values) - Math.min(...values);
  return Math.max(length(blocks.map(({ x }) => x)), length(blocks.map(({ y }) => y)));
}

/** What follows of those blocks at the border that a motion has not brought into the picture. */
function shareAround(motion: Similarity, following: readonly Block[], blocks: readonly Block[]): number {
  const isAround = (block: Block) =>
    Math.max(Math.abs(block.x), Math.abs(block.y)) >= BORDER &&
    wasInside(block, ...displacement(motion, block));
  const border = blocks.filter(isAround);
  return border.length < FEWEST_AROUND ? 0 : following.filter(isAround).length / border.length;
}

function displacement({ x, y, zoom, turn }: Similarity, block: Block): [number, number] {
  return [x + zoom * block.x - turn * block.y, y + zoom * block.y + turn * block.x];
}

function followers(motion: Similarity, found: readonly FoundBlock[], reach: number): FoundBlock[] {
  return found.filter((block) => {
    const [dx, dy] = displacement(motion, block);
    return Math.hypot(dx - block.dx, dy - block.dy) <= reach;
  });
}

/** Least squares of the four parameters over the blocks' displacements, in closed form about their centre. */
function fitted(blocks: readonly FoundBlock[]): Similarity {
  const mean = (of: (block: FoundBlock) => number) =>
    blocks.reduce((sum, block) => sum + of(block), 0) / blocks.length;
  const [mx, my, mdx, mdy] = [mean((b) => b.x), mean((b) => b.y), mean((b) => b.dx), mean((b) => b.dy)];
  let [size, along, across] = [0, 0, 0];
  for (const { x, y, dx, dy } of blocks) {
    size += (x - mx) ** 2 + (y - my) ** 2;
    along += (x - mx) * (dx - mdx) + (y - my) * (dy - mdy);
    across += (x - mx) * (dy - mdy) - (y - my) * (dx - mdx);
  }
  const [zoom, turn] = size > 0 ? [along / size, across / size] : [0, 0];
  return { zoom, turn, x: mdx - zoom * mx + turn * my, y: mdy - zoom * my - turn * mx };
}
