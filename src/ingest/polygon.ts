import { z } from "zod";

/** A place in a picture: from its left edge (0) to its right one (1), and from the top (0) to the bottom (1). */
export type Point = readonly [x: number, y: number];

/** A part of a picture: at least three corners, each joined to the next one, and the last to the first. */
export type Polygon = readonly Point[];

/** What nobody may see. */
export type Mask = readonly Polygon[];

/** Parts of the picture that have a name. */
export type Zones = Readonly<Record<string, Polygon>>;

/** Most corners of a polygon, and most polygons of a mask or of zones. */
const MOST_CORNERS = 100;
const MOST_POLYGONS = 50;
/** Twice the area of a triangle that counts as a line, as a share of the picture. */
const FLAT = 1e-9;

const share = z
  .number()
  .min(0, "It must be from 0 (left or top edge) to 1 (right or bottom edge).")
  .max(1, "It must be from 0 (left or top edge) to 1 (right or bottom edge).");

export const polygonSchema = z
  .array(z.tuple([share, share]))
  .min(3, "It must have at least 3 corners, each as [x, y] from 0 to 1.")
  .max(MOST_CORNERS, `It may have at most ${MOST_CORNERS} corners.`)
  .refine((corners) => !isFlat(corners), "It has no area: its corners all lie on one line.")
  .readonly();

export const maskSchema = z
  .array(polygonSchema)
  .max(MOST_POLYGONS, `It may have at most ${MOST_POLYGONS} polygons.`)
  .readonly();

export const zonesSchema = z
  .record(
    z
      .string()
      .regex(
        /^[\p{L}\p{N}][\p{L}\p{N} _.-]{0,63}$/u,
        "It is not a name that a zone may have: a letter or digit, then up to 63 letters, digits, spaces, -, _ and dots.",
      ),
    polygonSchema,
  )
  .refine(
    (zones) => Object.keys(zones).length <= MOST_POLYGONS,
    `It may have at most ${MOST_POLYGONS} zones.`,
  )
  .readonly();

/** Whether all corners lie on one line. */
function isFlat(corners: Polygon): boolean {
  const [ax, ay] = corners[0] ?? [0, 0];
  return corners.every(([bx, by]) =>
    corners.every(([cx, cy]) => Math.abs((bx - ax) * (cy - ay) - (by - ay) * (cx - ax)) < FLAT),
  );
}
