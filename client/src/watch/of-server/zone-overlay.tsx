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

/** Draws zones over a picture that fills its place in its own proportions. */
export function ZoneOverlay({
  size: { width, height },
  zones,
}: {
  readonly size: PictureSize;
  readonly zones: Zones;
}) {
  const names = Object.keys(zones);
  if (names.length === 0) return null;
  return (
    <div class="zones">
      <svg viewBox={`0 0 ${width} ${height}`} role="img" aria-label={`Zones: ${names.join(", ")}`}>
        {Object.entries(zones).map(([name, corners]) => (
          <polygon key={name} points={corners.map(([x, y]) => `${x * width},${y * height}`).join(" ")} />
        ))}
      </svg>
      {Object.entries(zones).map(([name, corners]) => (
        <span key={name} aria-hidden="true" style={labelPlace(corners)}>
          {name}
        </span>
      ))}
    </div>
  );
}

/** At the uppermost corner, and within the picture. */
function labelPlace(corners: Polygon) {
  const [x, y] = corners.reduce((top, corner) => (corner[1] < top[1] ? corner : top));
  const top = `${Math.min(y, 0.9) * 100}%`;
  return x < 0.7 ? { top, left: `${x * 100}%` } : { top, right: `${(1 - x) * 100}%` };
}
