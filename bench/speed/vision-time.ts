import type { EngineEvent } from "../../src/engine/mod.ts";
import { mean } from "../lib/statistics.ts";

/** How long vision took for the units of a stream. */
export interface VisionTime {
  /** Mean time of a unit (ms). */
  readonly ms: number;
  /** Share of the units that were not encoded. */
  readonly stillShare: number;
}

/** Of all units that `unit.seen` tells of among some events. */
export function visionOf(events: readonly EngineEvent[]): VisionTime {
  const seen = events.filter((event) => event.type === "unit.seen");
  return {
    ms: mean(seen.map(({ encoded }) => encoded.finishedAtMs - encoded.startedAtMs)),
    stillShare: seen.filter((unit) => unit.still).length / seen.length,
  };
}
