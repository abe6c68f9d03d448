import type { PictureSize } from "./picture-size.ts";
import type { Mask, Polygon } from "./polygon.ts";

/** Pixels that follow each other in a picture: the first one and the one behind the last, for each run. */
export type Runs = Uint32Array;

/**
 * How far beyond an edge pixels are covered, too (px). What ffmpeg has scaled, and colours that a camera keeps for two
 * pixels together, mix a pixel with its neighbours.
 */
const MARGIN = 2;

/** The pixels of a picture of which some part lies in one of the polygons, or not farther than the margin from it. */
export function runsInside(polygons: Mask, size: PictureSize): Runs {
  const covered = new Uint8Array(size.width * size.height);
  for (const polygon of polygons) {
    const corners = polygon.map(([x, y]) => [x * size.width, y * size.height] as const);
    coverInside(covered, size, corners);
    // A pixel that the polygon touches, and whose centre is outside, is touched by an edge.
    for (const [i, from] of corners.entries())
      coverAlong(covered, size, from, corners[(i + 1) % corners.length]!);
  }
  return runsOf(covered);
}

/** Makes pixels black. */
export function blacken(rgb: Uint8Array, runs: Runs): void {
  for (let i = 0; i < runs.length; i += 2) rgb.fill(0, 3 * runs[i]!, 3 * runs[i + 1]!);
}

/** Covers the pixels whose centres are inside. Where a polygon crosses itself, all that it goes round is inside. */
function coverInside(covered: Uint8Array, size: PictureSize, corners: Polygon): void {
  for (let row = 0; row < size.height; row++) {
    const y = row + 0.5;
    const crossings = corners.flatMap(([x0, y0], i) => {
      const [x1, y1] = corners[(i + 1) % corners.length]!;
      if (y0 <= y === y1 <= y) return [];
      return [{ x: x0 + ((y - y0) / (y1 - y0)) * (x1 - x0), turn: y1 > y0 ? 1 : -1 }];
    });
    crossings.sort((a, b) => a.x - b.x);
    let turns = 0;
    for (const [i, { x, turn }] of crossings.entries()) {
      turns += turn;
      const next = crossings[i + 1];
      if (turns !== 0 && next !== undefined) cover(covered, size, row, x, next.x);
    }
  }
}

/** Covers the pixels at an edge. */
function coverAlong(
  covered: Uint8Array,
  size: PictureSize,
  [x0, y0]: Polygon[number],
  [x1, y1]: Polygon[number],
): void {
  const first = Math.max(0, Math.floor(Math.min(y0, y1) - MARGIN) - 1);
  const last = Math.min(size.height - 1, Math.ceil(Math.max(y0, y1) + MARGIN));
  for (let row = first; row <= last; row++) {
    const [top, bottom] = [row - MARGIN, row + 1 + MARGIN];
    // The part of the edge that lies in these rows.
    const at = (y: number) => (y1 === y0 ? 0 : (y - y0) / (y1 - y0));
    const [from, to] = y1 === y0 ? [0, 1] : [at(top), at(bottom)].sort((a, b) => a - b);
    const [a, b] = [Math.max(0, from!), Math.min(1, to!)];
    if (a > b || (y1 === y0 && (y0 < top || y0 > bottom))) continue;
    const [xa, xb] = [x0 + a * (x1 - x0), x0 + b * (x1 - x0)];
    cover(covered, size, row, Math.min(xa, xb) - MARGIN, Math.max(xa, xb) + MARGIN);
  }
}

/** Covers every pixel of a row that lies at least partly between two places. */
function cover(covered: Uint8Array, { width }: PictureSize, row: number, from: number, to: number): void {
  const first = Math.max(0, Math.floor(from));
  const end = Math.min(width, Math.floor(to) + 1);
  if (end > first) covered.fill(1, row * width + first, row * width + end);
}

function runsOf(covered: Uint8Array): Runs {
  const ends: number[] = [];
  for (let at = covered.indexOf(1); at >= 0; at = covered.indexOf(1, at)) {
    ends.push(at);
    const end = covered.indexOf(0, at);
    at = end < 0 ? covered.length : end;
    ends.push(at);
  }
  return Uint32Array.from(ends);
}
