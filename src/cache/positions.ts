/** Where a unit stands, before a scheme gives it a position. */
export interface UnitPlace {
  /** Counts the units of the stream from 0. */
  readonly unit: number;
  /** Media time of its last frame (ms). */
  readonly mediaTimeMs: number;
}

/** The positions at which one query is rotated, one for each segment of a cache. */
export interface QueryPositions {
  readonly window: number;
  readonly sink: number;
}

/** What of the visual cache a query can see. */
export interface VisualSpan {
  /** The newest unit in sight: a query's own place in time. */
  readonly now: UnitPlace;
  /** The oldest unit of the window, which may be `now` itself; null when only the sink is in sight. */
  readonly oldest: UnitPlace | null;
  /** The last unit of the sink; null before the first. */
  readonly sink: UnitPlace | null;
}

/**
 * Gives positions to visual keys, once, and to the queries that look at them.
 *
 * Rotary attention depends on differences only. So putting a segment elsewhere means to rotate the query by
 * another position, never to rotate a cached key again.
 */
export interface PositionScheme {
  readonly name: PositionSchemeName;
  visualKey(place: UnitPlace): number;
  /** `textPosition`: where a text query stands in its own stream; null for a visual query. */
  visualQuery(span: VisualSpan, textPosition: number | null): QueryPositions;
}

export const POSITION_SCHEMES = ["real-time", "contiguous", "growing", "group"] as const;

export type PositionSchemeName = (typeof POSITION_SCHEMES)[number];

type Axis = (place: UnitPlace) => number;

/** The sink stands one unit before the oldest survivor, as if nothing had ever been evicted between them. */
function glued(axis: Axis, span: VisualSpan): QueryPositions {
  const now = axis(span.now);
  if (span.oldest === null || span.sink === null) return { window: now, sink: now };
  return { window: now, sink: now - axis(span.oldest) + 1 + axis(span.sink) };
}

/** Age in real time: one position is one unit's nominal duration, whatever the frame rate or the drops. */
const realTime = (unitMs: number): PositionScheme => {
  const axis: Axis = (place) => place.mediaTimeMs / unitMs;
  return { name: "real-time", visualKey: axis, visualQuery: (span) => glued(axis, span) };
};

const count: Axis = (place) => place.unit;

/** Survivors are numbered without gaps (StreamingVLM, `shrink`). */
const contiguous: PositionScheme = {
  name: "contiguous",
  visualKey: count,
  visualQuery: (span) => glued(count, span),
};

/** Positions grow for ever and the sink falls ever further behind (StreamingVLM, `append`). */
const growing: PositionScheme = {
  name: "growing",
  visualKey: count,
  visualQuery: (span) => ({ window: span.now.unit, sink: span.now.unit }),
};

/** Reasoning counts from 0 beside the video, and looks at it from its own count (TaYS, section 3.3). */
const group: PositionScheme = {
  name: "group",
  visualKey: count,
  visualQuery: (span, textPosition) => {
    const at = textPosition ?? span.now.unit;
    return { window: at, sink: at };
  },
};

/**
 * The position schemes by name; a model must run with the one that it was trained for.
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
