import type { Polygon, Zones } from "../../../../src/ingest/polygon.ts";
import type { StreamObject } from "../../../lib/mod.ts";

const NONE: Zones = {};

/** The parts of a camera's picture that have a name. */
export function zonesOf(stream: StreamObject | null | undefined): Zones {
  return stream?.kind === "camera" ? ((stream.settings.zones as Zones | undefined) ?? NONE) : NONE;
}

/** The size of a picture (px). */
export interface PictureSize {
  readonly width: number;
  readonly height: number;
}

/** Draws zones over a picture that is as large as its place allows. */
export function ZoneOverlay({
  size: { width, height },
  zones,
}: {
  readonly size: PictureSize;
  readonly zones: Zones;
}) {
  const names = Object.keys(zones);
  if (names.length === 0) return null;
  const label = width / 30;
  return (
    <svg
      class="zones"
      viewBox={`0 0 ${width} ${height}`}
      role="img"
      aria-label={`Zones: ${names.join(", ")}`}
    >
      {Object.entries(zones).map(([name, corners]) => (
        <g key={name}>
          <polygon points={corners.map(([x, y]) => `${x * width},${y * height}`).join(" ")} />
          <text font-size={label} {...labelPlace(corners, width, height, label)}>
            {name}
          </text>
        </g>
      ))}
    </svg>
  );
}

/** Below the uppermost corner. */
function labelPlace(corners: Polygon, width: number, height: number, size: number) {
  const [x, y] = corners.reduce((top, corner) => (corner[1] < top[1] ? corner : top));
  return { x: Math.min(x * width, width - 6 * size) + size / 3, y: y * height + 1.2 * size };
}
