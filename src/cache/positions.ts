/** A unit's place in its stream, from which a scheme derives a position. */
export interface UnitPlace {
  /** Index of the unit in its stream, from 0. */
  readonly unit: number;
  /** Media time of its last frame (ms). */
  readonly mediaTimeMs: number;
}

/** The positions at which one query is rotated, one for each segment of a cache. */
export interface QueryPositions {
  readonly window: number;
  readonly sink: number;
}

/** The part of the visual cache that a query can see. */
export interface VisualSpan {
  /** The newest unit that the query sees: the query's own place in time. */
  readonly now: UnitPlace;
  /** The oldest unit of the window, which may be `now` itself; null when the query sees only the sink. */
  readonly oldest: UnitPlace | null;
  /** The last unit of the sink; null before the first. */
  readonly sink: UnitPlace | null;
}

/**
 * Gives a position to every visual key, once, and positions to the queries that look at them.
 *
 * Rotary attention depends only on differences of positions. So to shift a segment, the query is rotated by another
 * position; cached keys are never rotated again.
 */
export interface PositionScheme {
  readonly name: PositionSchemeName;
  visualKey(place: UnitPlace): number;
  /** `textPosition`: position of a text query in its own text; null for a visual query. */
  visualQuery(span: VisualSpan, textPosition: number | null): QueryPositions;
}

export const POSITION_SCHEMES = ["real-time", "contiguous", "growing", "group"] as const;

export type PositionSchemeName = (typeof POSITION_SCHEMES)[number];

type Axis = (place: UnitPlace) => number;

/** The sink is put one unit before the oldest unit in the window, as if nothing had been evicted between them. */
function glued(axis: Axis, span: VisualSpan): QueryPositions {
  const now = axis(span.now);
  if (span.oldest === null || span.sink === null) return { window: now, sink: now };
  return { window: now, sink: now - axis(span.oldest) + 1 + axis(span.sink) };
}

/** Real time: one position is one unit's nominal duration of media time, whatever the frame rate and the drops. */
const realTime = (unitMs: number): PositionScheme => {
  const axis: Axis = (place) => place.mediaTimeMs / unitMs;
  return { name: "real-time", visualKey: axis, visualQuery: (span) => glued(axis, span) };
};

const count: Axis = (place) => place.unit;

/** The units in the window are numbered without gaps (StreamingVLM, `shrink`). */
const contiguous: PositionScheme = {
  name: "contiguous",
  visualKey: count,
  visualQuery: (span) => glued(count, span),
};

/** Positions grow without limit, so the distance to the sink grows too (StreamingVLM, `append`). */
const growing: PositionScheme = {
  name: "growing",
  visualKey: count,
  visualQuery: (span) => ({ window: span.now.unit, sink: span.now.unit }),
};

/** Text is numbered from 0, apart from the video, and looks at it from its own number (TaYS, section 3.3). */
const group: PositionScheme = {
  name: "group",
  visualKey: count,
  visualQuery: (span, textPosition) => {
    const at = textPosition ?? span.now.unit;
    return { window: at, sink: at };
  },
};

/**
 * The position schemes by name. A model must run with the scheme that it was trained with.
 *
 * @param unitMs nominal duration of a unit (ms)
 */
export function positionScheme(name: PositionSchemeName, unitMs: number): PositionScheme {
  switch (name) {
    case "real-time":
      return realTime(unitMs);
    case "contiguous":
      return contiguous;
    case "growing":
      return growing;
    case "group":
      return group;
  }
}
